/** The language client, a file of its own in the package: it is large, and activation does not wait for it. */

import { LanguageClient } from 'vscode-languageclient/node';

export { CloseAction, ErrorAction, InlayHintRequest, ProgressType } from 'vscode-languageclient/node';

/** What goes wrong is told by us, in one line, where something was asked for; the client's own words go to the log. */
export class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}
