/** Colours the words of a string literal where they stand in the source; with them come and go the inlay hints. */

import type { Explanation, TokenScore } from '@heatline/protocol';
import { NEGATIVE, POSITIVE, parseHex } from '@heatline/views/palette';
import { fullStrength } from '@heatline/views/scale';
import * as vscode from 'vscode';

import type { Place } from './sample';
import type { Server } from './server';

/** Decoration types per sign; VS Code wants few types with many ranges each. */
const STEPS = 8;
/** The strongest colour still leaves the code readable. */
const STRONGEST = 0.6;
/** Weaker words are not underlined. */
const UNDERLINE_FROM = 0.12;
const CONTEXT = 'heatline.coloured';

export class InlineColours implements vscode.Disposable {
  private types: vscode.TextEditorDecorationType[];
  /** Counts explanations shown and dismissed: what comes late for an earlier one is dropped. */
  private turn = 0;
  private dismissed = false;
  private shown: { uri: string; ranges: vscode.DecorationOptions[][] } | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.types = decorationTypes();
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.contentChanges.length > 0 && event.document.uri.toString() === this.shown?.uri) this.clear();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw()),
      vscode.window.onDidChangeActiveColorTheme(() => {
        this.types.forEach((type) => type.dispose());
        this.types = decorationTypes();
        this.draw();
      }),
    ];
  }

  /** A new explanation begins: what was dismissed before does not count any more. */
  begin(): void {
    this.clear();
    this.dismissed = false;
    void this.server.showHints(true);
  }

  /** Colours the words of a text; does nothing where the source has changed since it was read. */
  async show(explanation: Explanation, place: Place): Promise<void> {
    if (this.dismissed) return;
    const turn = ++this.turn;
    // Behind the path of an image there is a hint alone.
    const words = explanation.picture.kind === 'text' ? explanation.picture.words : [];
    const spans = words.map(({ start, end }) => ({ start, end }));
    const source = place.document.getText();
    if (place.document.version !== place.version) return;
    const { ranges } = await this.server.request('heatline/inlineAttributions', { source, offset: place.offset, spans });
    if (turn !== this.turn || place.document.version !== place.version) return;
    const full = fullStrength(words.map(({ score }) => score), 100);
    const total = words.reduce((sum, { score }) => sum + Math.abs(score), 0);
    const options: vscode.DecorationOptions[][] = this.types.map(() => []);
    for (const { span, start, end } of ranges) {
      const word = words[span];
      options[step(full > 0 ? word.score / full : 0)].push({
        range: new vscode.Range(place.document.positionAt(start), place.document.positionAt(end)),
        hoverMessage: hover(word, explanation, total),
      });
    }
    this.shown = { uri: place.document.uri.toString(), ranges: options };
    this.draw();
    await vscode.commands.executeCommand('setContext', CONTEXT, true);
  }

  /** Removes the colours; better pictures of the same explanation bring none back. */
  clear(): void {
    this.turn++;
    this.dismissed = true;
    if (!this.shown) return;
    void this.server.showHints(false);
    this.shown.ranges = this.types.map(() => []);
    this.draw();
    this.shown = undefined;
    void vscode.commands.executeCommand('setContext', CONTEXT, false);
  }

  dispose(): void {
    this.clear();
    vscode.Disposable.from(...this.subscriptions, ...this.types).dispose();
  }

  private draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() !== this.shown?.uri) continue;
      this.types.forEach((type, i) => editor.setDecorations(type, this.shown?.ranges[i] ?? []));
    }
  }
}

/** Index of the decoration type of a strength in [-1, 1]: first those against, then those for. */
function step(strength: number): number {
  const size = Math.min(STEPS - 1, Math.floor(Math.abs(strength) * STEPS));
  return strength < 0 ? size : STEPS + size;
}

function decorationTypes(): vscode.TextEditorDecorationType[] {
  const { HighContrast, HighContrastLight } = vscode.ColorThemeKind;
  const contrast = [HighContrast, HighContrastLight].includes(vscode.window.activeColorTheme.kind);
  return [-1, 1].flatMap((sign) =>
    Array.from({ length: STEPS }, (_, i) => vscode.window.createTextEditorDecorationType(look(sign, i, contrast))),
  );
}

/** Solid lines speak for the class, dashed ones against it: colour is not the only carrier. */
function look(sign: number, index: number, contrast: boolean): vscode.DecorationRenderOptions {
  const strength = index / (STEPS - 1);
  const colour = parseHex(sign < 0 ? NEGATIVE : POSITIVE);
  const line = sign < 0 ? 'dashed' : 'solid';
  const underlined = strength >= UNDERLINE_FROM;
  return {
    backgroundColor: `rgba(${colour.join(', ')}, ${(STRONGEST * strength).toFixed(3)})`,
    borderRadius: '3px',
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    textDecoration:
      underlined && !contrast
        ? `underline 2px ${line} rgb(${colour.join(', ')}); text-underline-offset: 4px; text-decoration-skip-ink: none`
        : undefined,
    border: contrast && underlined ? `1px ${line}` : undefined,
    borderColor: contrast ? new vscode.ThemeColor('contrastActiveBorder') : undefined,
    overviewRulerColor: underlined ? `rgba(${colour.join(', ')}, ${strength.toFixed(3)})` : undefined,
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  };
}

function hover(word: TokenScore, { target }: Explanation, total: number): vscode.MarkdownString {
  const value = `${word.score < 0 ? '\u2212' : '+'}${Number(Math.abs(word.score).toPrecision(3))}`;
  const share = `${((100 * Math.abs(word.score)) / (total || 1)).toFixed(1)} %`;
  const text =
    word.score < 0
      ? vscode.l10n.t('{0} against "{1}", {2} of all', value, target.label, share)
      : vscode.l10n.t('{0} for "{1}", {2} of all', value, target.label, share);
  return new vscode.MarkdownString().appendText(text);
}
