/** The tokens of servers (`heatline serve`): in VS Code's secret storage, each for one address. */

import * as vscode from 'vscode';

import { Problem } from './failure';
import { servers } from './settings';

const KEY = 'heatline.token:';

export class Tokens {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  /** That of an address; the person is asked where none is known. Empty where they turned away. */
  async of(address: string): Promise<string> {
    return (await this.secrets.get(KEY + address)) ?? (await this.ask(address)) ?? '';
  }

  async isKnown(address: string): Promise<boolean> {
    return (await this.secrets.get(KEY + address)) !== undefined;
  }

  /** Asks for the token of the server that is set; of which one, where folders have servers of their own. */
  async set(): Promise<void> {
    const addresses = servers();
    if (addresses.length === 0) {
      throw new Problem(
        vscode.l10n.t('No server is set.'),
        vscode.l10n.t('Write its address into the setting "heatline.server" first.'),
      );
    }
    const title = vscode.l10n.t('Token of which server?');
    const address = addresses.length > 1 ? await vscode.window.showQuickPick(addresses, { title }) : addresses[0];
    if (address) await this.ask(address);
  }

  /** Another folder may name another server: it is never told this one's token. */
  private async ask(address: string): Promise<string | undefined> {
    const token = (
      await vscode.window.showInputBox({
        title: vscode.l10n.t('Token of {0}', address),
        prompt: vscode.l10n.t('It is kept in the secret storage, for this address alone. Leave it empty to forget it.'),
        password: true,
        ignoreFocusOut: true,
      })
    )?.trim();
    if (token) await this.secrets.store(KEY + address, token);
    else if (token === '') await this.secrets.delete(KEY + address);
    return token;
  }
}
