import type { Explanation, Picture } from '@heatline/protocol';
import { LitElement, type PropertyValues, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { html } from 'lit/static-html.js';

import { comparisonStyles } from './comparison.styles.js';
import { type Difference, difference } from './difference.js';
import { percent, seconds, written } from './format.js';
import { staticTag } from './tags.js';
import { controls, theme } from './theme.js';
import type { Place } from './viewport.js';
import { words } from './words.js';

/** What is read in one of the pictures: a place of an image, a word of a text. */
type Pointed = Place | number | null;

/**
 * Explanations of one sample side by side: methods, or classes. What is pointed at in one picture is read in all of
 * them, and of two the difference is shown.
 */
export class HeatlineComparison extends LitElement {
  @property({ attribute: false }) explanations: Explanation[] = [];

  @state() private pointed: Pointed = null;
  @state() private pair: [number, number] = [0, 1];
  private less: Difference | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('explanations') && !changed.has('pair')) return;
    if (Math.max(...this.pair) >= this.explanations.length) this.pair = [0, 1];
    const [first, second] = this.pair.map((index) => this.explanations[index]);
    this.less = first && second && first !== second ? difference(first, second) : undefined;
  }

  protected override render(): unknown {
    const { explanations } = this;
    if (explanations.length === 0) return html`<p class="muted">${words.nothingYet}</p>`;
    return html`
      <article @heatline-point=${this.point}>
        <header>
          <h2>${words.comparison}</h2>
          <p class="muted">${explanations[0].model} · ${explanations[0].sample}</p>
        </header>
        <div class="grid ${explanations[0].picture.kind}">
          ${explanations.map((explanation) => this.renderOne(explanation))} ${this.renderDifference()}
        </div>
      </article>
    `;
  }

  private renderOne(explanation: Explanation): unknown {
    const { target, method, completeness, gradient_evaluations: gradients, status } = explanation;
    return html`
      <section aria-label=${nameOf(explanation, this.explanations)}>
        <h3>${nameOf(explanation, this.explanations)}</h3>
        <p class="muted">
          ${target.label}: ${words.scores[target.score] ?? target.score} ${written(target.score, target.value)} ·
          ${words.methods[method] ?? method} · ${words.evaluations(gradients)} · ${seconds(explanation.seconds)}
          ${completeness ? html` · ${words.completeness} ${percent(completeness.relative_error)}` : nothing}
          ${status === 'preview' ? html`<span class="badge">${words.preview}</span>` : nothing}
        </p>
        ${this.renderPicture(explanation.picture, explanation)}
      </section>
    `;
  }

  private renderDifference(): unknown {
    const { less, explanations } = this;
    if (!less) return nothing;
    const [first, second] = this.pair.map((index) => nameOf(explanations[index], explanations));
    const label = words.lessThe(first, second);
    return html`
      <section class="difference" aria-label=${words.difference}>
        <h3>${words.difference}</h3>
        <p class="muted">
          ${explanations.length > 2
            ? html`${this.renderChoice(0)} ${words.less} ${this.renderChoice(1)}`
            : label}
          · ${less.unit === 'score' ? words.asScores : words.asShares}
        </p>
        ${this.renderPicture(less.picture, { ...explanations[this.pair[0]], completeness: null }, label)}
      </section>
    `;
  }

  private renderChoice(place: 0 | 1): unknown {
    const choose = (event: Event): void => {
      const pair: [number, number] = [...this.pair];
      pair[place] = Number((event.target as HTMLSelectElement).value);
      this.pair = pair;
    };
    return html`
      <select aria-label=${place === 0 ? words.firstOfPair : words.secondOfPair} @change=${choose}>
        ${this.explanations.map(
          (explanation, i) =>
            html`<option value=${i} .selected=${i === this.pair[place]}>${nameOf(explanation, this.explanations)}</option>`,
        )}
      </select>
    `;
  }

  /** A picture with the pointer of all; `label` where it is a difference. */
  private renderPicture(picture: Picture, explanation: Explanation, label?: string): unknown {
    const { target, method, baseline, completeness } = explanation;
    switch (picture.kind) {
      case 'image':
        return html`<${staticTag('image')}
          .picture=${picture}
          .label=${label ?? target.label}
          .rule=${label ? 'signed' : 'magnitude'}
          .pointed=${typeof this.pointed === 'object' ? this.pointed : null}
        ></${staticTag('image')}>`;
      case 'text':
        return html`<${staticTag('text')}
          .picture=${picture}
          .label=${label ?? target.label}
          .lengths=${!label && baseline === null && method !== 'input-x-gradient'}
          .pointed=${typeof this.pointed === 'number' ? this.pointed : null}
        ></${staticTag('text')}>`;
      case 'tabular':
        return html`<${staticTag('tabular')}
          .picture=${picture}
          .target=${label ? { ...target, label } : target}
          .completeness=${completeness}
          .baseline=${baseline ?? ''}
        ></${staticTag('tabular')}>`;
    }
  }

  private point(event: CustomEvent<Pointed>): void {
    this.pointed = event.detail;
  }

  static override styles = [theme, controls, comparisonStyles];
}

/** What tells an explanation from the others: its method, its class, or both. */
export function nameOf({ method, target }: Explanation, all: readonly Explanation[]): string {
  const name = words.methods[method] ?? method;
  const methods = new Set(all.map((other) => other.method)).size;
  const targets = new Set(all.map((other) => `${other.target.index} ${other.target.label}`)).size;
  return targets === 1 ? name : methods === 1 ? target.label : `${target.label}, ${name}`;
}
