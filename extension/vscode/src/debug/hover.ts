/** A hover on a prediction of a paused program: its classes, what made it, and what drove it. */

import type { Explanation, Provenance } from '@heatline/protocol';
import { NEGATIVE, POSITIVE } from '@heatline/views/palette';
import { fullStrength } from '@heatline/views/scale';
import * as vscode from 'vscode';

import { describe, isCancelled } from '../failure';
import { provenance } from '../live/question';
import { log } from '../log';
import type { Server } from '../server';
import { hoverSetting } from '../settings';
import { PausedProgram, isPaused } from './program';

const JOB = 'heatline-hover';
/** Pixels of the small picture. VS Code cuts a hover at 100,000 characters. */
const WIDTH = 240;
const MOST_PICTURE = 90000;
const MOST_WORDS = 400;
/** Of 255: fainter colours cannot be told from none. */
const FAINTEST = 16;

/** While a program is paused VS Code asks for hovers with Alt held: so it is a gesture, and the model may run. */
export class PausedHovers implements vscode.HoverProvider {
  constructor(
    private readonly extensionPath: string,
    private readonly server: Server,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    cancel: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!isPaused() || !hoverSetting(document.uri) || !vscode.workspace.isTrusted) return undefined;
    const asked = { source: document.getText(), offset: document.offsetAt(position) };
    const { kind, text, start, end } = await this.server.request('heatline/locate', asked, cancel);
    if (kind !== 'name') return undefined;
    try {
      const program = await PausedProgram.enter(this.extensionPath);
      const made = await provenance(text, program, cancel);
      // A loss has a provenance, too, and no classes.
      if (!made || made.values.length < 2) return undefined;
      const { ref, batch } = made.sample;
      const sample = ref.kind === 'live' && batch !== null ? { ...ref, index: ref.index ?? 0 } : ref;
      const params = { model: made.model.ref, sample, job: JOB };
      const explanation = await program.pull('heatline/explain', params, cancel);
      const isImage = explanation.picture.kind === 'image';
      const picture = { job: JOB, max_width: WIDTH, bare: true };
      const png = isImage ? (await program.request('heatline/static', picture)).png : null;
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      return new vscode.Hover(content(made, explanation, png), range);
    } catch (error) {
      if (!isCancelled(error)) log.warn(`no hover on ${text}: ${describe(error).message}`);
      return undefined;
    }
  }
}

function content(made: Provenance, explanation: Explanation, png: string | null): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.supportHtml = true;
  explanation.classes.forEach(({ label, probability, logit }, i) => {
    const value = probability === null ? String(Number(logit.toPrecision(4))) : `${(100 * probability).toFixed(1)} %`;
    if (i > 0) markdown.appendText(' · ');
    if (i === 0) markdown.appendMarkdown('**');
    markdown.appendText(`${label} ${value}`);
    if (i === 0) markdown.appendMarkdown('**');
  });
  markdown.appendMarkdown('\n\n');
  markdown.appendText(vscode.l10n.t('{0} on {1}', explanation.model, explanation.sample));
  if (made.agreement !== 'same') markdown.appendMarkdown('\n\n').appendText(made.message);
  if (explanation.picture.kind === 'text') markdown.appendMarkdown(`\n\n${coloured(explanation)}`);
  if (png && png.length < MOST_PICTURE) markdown.appendMarkdown(`\n\n![heatmap](data:image/png;base64,${png})`);
  return markdown;
}

/** The words behind colours, in the only HTML that hovers leave in Markdown. */
function coloured({ picture }: Explanation): string {
  if (picture.kind !== 'text') return '';
  const full = fullStrength(picture.words.map(({ score }) => score), 100) || 1;
  return picture.words
    .slice(0, MOST_WORDS)
    .map(({ text, score }) => {
      const strength = Math.min(255, Math.round((255 * Math.abs(score)) / full));
      const colour = `${score < 0 ? NEGATIVE : POSITIVE}${strength.toString(16).padStart(2, '0')}`;
      return strength < FAINTEST ? escaped(text) : `<span style="background-color:${colour};">${escaped(text)}</span>`;
    })
    .join(' ');
}

/** Every sign that Markdown or HTML may know, as a number. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[^\p{L}\p{N} ]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}
