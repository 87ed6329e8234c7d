import type { Explanation, Picture } from '@heatline/protocol';
import { LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { html } from 'lit/static-html.js';

import { seconds, written } from './format.js';
import { resultStyles } from './result.styles.js';
import { staticTag } from './tags.js';
import { controls, theme } from './theme.js';
import { words } from './words.js';

/** How far a computation is; as in the protocol's `$/progress`. */
export interface Progress {
  message: string;
  /** 0 to 100. */
  percentage: number;
  seconds_left?: number | null;
}

/** Why there is no (further) explanation. */
export interface Failure {
  message: string;
  /** What the person can do; empty where nothing is known. */
  next_step?: string;
}

/** What will be shown, as far as it is known before: its room is kept. `nothing`: only progress and failures. */
export type Expected = Picture['kind'] | 'nothing' | '';

/**
 * Everything about one explanation: what was asked, how far it is, the picture, the classes, how far to trust it.
 *
 * Its three properties are independent: a preview keeps standing under the progress of its refinement, and under the
 * failure that ended it.
 *
 * @slot - What the host says of how to begin; shown while there is nothing else.
 * @fires heatline-cancel - The person wants the computation to stop.
 * @fires heatline-ask - The person wants another explanation of the same sample (only where `canAsk`).
 */
export class HeatlineResult extends LitElement {
  @property({ attribute: false }) explanation: Explanation | null = null;
  @property({ attribute: false }) progress: Progress | null = null;
  @property({ attribute: false }) failure: Failure | null = null;
  /** The host answers `heatline-ask`. */
  @property({ type: Boolean }) canAsk = false;
  @property() expected: Expected = '';

  protected override render(): unknown {
    const { explanation } = this;
    return html`
      <article aria-busy=${this.progress !== null}>
        ${this.renderProgress()} ${this.renderFailure()}
        ${explanation ? this.renderExplanation(explanation) : this.renderNothing()}
      </article>
    `;
  }

  private renderProgress(): unknown {
    if (!this.progress) return nothing;
    const { message, percentage, seconds_left: left } = this.progress;
    return html`
      <div class="progress">
        <div
          class="track"
          role="progressbar"
          aria-label=${message}
          aria-valuenow=${percentage}
          aria-valuemin="0"
          aria-valuemax="100"
        >
          <div class="bar ${percentage > 0 ? '' : 'unknown'}" style="width: ${percentage > 0 ? percentage : 30}%"></div>
        </div>
        <span class="message">${message}</span>
        <span class="muted">${left == null ? nothing : words.secondsLeft(seconds(left))}</span>
        <button type="button" class="push" @click=${this.cancel}>${words.cancel}</button>
      </div>
    `;
  }

  private renderFailure(): unknown {
    if (!this.failure) return nothing;
    return html`
      <div class="failure" role="alert">
        <strong>${this.failure.message}</strong>
        ${this.failure.next_step ? html`<span>${this.failure.next_step}</span>` : nothing}
      </div>
    `;
  }

  private renderNothing(): unknown {
    if (this.failure || this.expected === 'nothing') return nothing;
    if (!this.progress) return html`<p class="muted">${words.nothingYet}</p><slot></slot>`;
    return html`
      <div class="skeleton body ${this.expected || 'image'}" aria-hidden="true">
        <div class="square"></div>
        <div class="lines"></div>
      </div>
    `;
  }

  private renderExplanation(explanation: Explanation): unknown {
    const { picture, target } = explanation;
    return html`
      ${this.renderHeader(explanation)}
      ${this.canAsk
        ? html`<${staticTag('question')} .explanation=${explanation}></${staticTag('question')}>`
        : nothing}
      <div class="body ${picture.kind}">
        <div class="picture">${renderPicture(explanation)}</div>
        <div class="side">
          <${staticTag('classes')}
            .classes=${explanation.classes}
            .target=${target.index}
            .canAsk=${this.canAsk}
          ></${staticTag('classes')}>
          <${staticTag('trust')} .explanation=${explanation} .canAsk=${this.canAsk}></${staticTag('trust')}>
          ${this.renderNotes(explanation.notes)}
        </div>
      </div>
      ${renderPath(explanation)}
    `;
  }

  private renderHeader({ target, method, model, sample, status, baseline }: Explanation): unknown {
    const value = (score: number): string => written(target.score, score);
    const gained =
      target.baseline_value === null || baseline === null
        ? nothing
        : html`, ${words.gained(value(target.baseline_value), value(target.value), baseline)}`;
    const badge = this.progress ? words.refining : this.failure ? words.preview : words.stopped;
    return html`
      <header>
        <h2>
          <span class="label">${target.label}</span>
          <span class="score">${value(target.value)}</span>
          ${status === 'preview' ? html`<span class="badge">${badge}</span>` : nothing}
        </h2>
        <p class="muted">
          ${words.headline(words.methods[method] ?? method, words.scores[target.score] ?? target.score)}${gained}
        </p>
        <p class="muted names"><span>${model}</span><span aria-hidden="true">·</span><span>${sample}</span></p>
      </header>
    `;
  }

  private renderNotes(notes: string[]): unknown {
    if (notes.length === 0) return nothing;
    return html`
      <section>
        <h3>${words.notes}</h3>
        <ul>
          ${notes.map((note) => html`<li>${note}</li>`)}
        </ul>
      </section>
    `;
  }

  private cancel(): void {
    this.dispatchEvent(new CustomEvent('heatline-cancel', { bubbles: true, composed: true }));
  }

  static override styles = [theme, controls, resultStyles];
}

/** Which element draws which kind of picture. */
const PICTURES: Record<Picture['kind'], (explanation: Explanation) => unknown> = {
  image: ({ picture, target }) =>
    html`<${staticTag('image')} .picture=${picture} .label=${target.label}></${staticTag('image')}>`,
  text: ({ picture, target, method, baseline }) => html`
    <${staticTag('text')}
      .picture=${picture}
      .label=${target.label}
      .lengths=${baseline === null && method !== 'input-x-gradient'}
    ></${staticTag('text')}>
  `,
  tabular: ({ picture, target, completeness, baseline }) => html`
    <${staticTag('tabular')}
      .picture=${picture}
      .target=${target}
      .completeness=${completeness}
      .baseline=${baseline ?? ''}
    ></${staticTag('tabular')}>
  `,
};

/** The picture; a word where it is of a kind that only a newer version draws. */
function renderPicture(explanation: Explanation): unknown {
  const { kind } = explanation.picture;
  return PICTURES[kind]?.(explanation) ?? html`<p class="muted">${words.unknownPicture(kind)}</p>`;
}

/** The way from the baseline. Results of earlier versions, and methods without a path, have none. */
function renderPath({ path, picture, target, baseline }: Explanation): unknown {
  if (!path) return nothing;
  return html`
    <section class="path">
      <${staticTag('path')}
        .path=${path}
        .picture=${picture}
        .target=${target}
        .baseline=${baseline ?? ''}
      ></${staticTag('path')}>
    </section>
  `;
}
