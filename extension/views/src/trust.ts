import type { Completeness, Explanation } from '@heatline/protocol';
import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';

import { type Ask, ask } from './ask.js';
import { number, percent, seconds, signed } from './format.js';
import { controls, theme } from './theme.js';
import { words } from './words.js';

/** Above this relative error the parts no longer add up to the score in any useful sense. */
const LARGE = 0.05;
/** Above this estimated error the map is not settled. */
const UNSETTLED = 0.2;
/** Below this gain relative errors say nothing: almost anything is large beside almost nothing. */
const SMALL_GAIN = 0.01;

/**
 * How far an explanation can be trusted and what it cost; a large error comes with its remedy.
 *
 * @fires heatline-ask
 */
export class HeatlineTrust extends LitElement {
  @property({ attribute: false }) explanation: Explanation | null = null;
  /** The host answers `heatline-ask`: the remedy is a button. */
  @property({ type: Boolean }) canAsk = false;

  protected override render(): unknown {
    const { explanation } = this;
    if (!explanation) return nothing;
    const { completeness, gradient_evaluations: evaluations, device, dtype } = explanation;
    const large = isLarge(explanation);
    return html`
      <h3>${words.trust}</h3>
      ${completeness
        ? html`<p class=${large ? 'error large' : 'error'} title=${words.completenessHint}>
            <span aria-hidden="true">${mark(explanation)}</span> ${words.completeness}
            ${percent(completeness.relative_error)}
          </p>`
        : nothing}
      <p class="line">
        ${explanation.map_error === null
          ? nothing
          : html`<span title=${words.mapErrorHint}>${words.mapError} ${percent(explanation.map_error)}</span>`}
        <span>${words.evaluations(evaluations)}</span>
        <span>${seconds(explanation.seconds)}</span>
        <span>${device}</span>
        <span>${dtype}</span>
      </p>
      ${this.renderWarning(explanation)}
      ${completeness ? this.renderParts(completeness, explanation) : nothing}
      ${completeness || explanation.status === 'preview' ? nothing : html`<p class="muted">${words.promisesNone}</p>`}
    `;
  }

  private renderWarning(explanation: Explanation): unknown {
    const found = warning(explanation);
    if (!found) return nothing;
    const { text, remedy, button, change } = found;
    return html`
      <p class="warning" role="note">
        ${text}
        ${this.canAsk
          ? html`<button type="button" class="push" @click=${() => ask(this, change)}>${button}</button>`
          : html`<strong>${remedy}</strong>`}
      </p>
    `;
  }

  private renderParts({ total, expected }: Completeness, { plan, seed }: Explanation): unknown {
    return html`
      <details>
        <summary>${words.parts} ${signed(total)}</summary>
        <dl>
          <dt>${words.gain}</dt>
          <dd>${signed(expected)}</dd>
          <dt>${words.rule}</dt>
          <dd>${plan.rule}</dd>
          <dt>${words.seed}</dt>
          <dd>${number(seed)}</dd>
        </dl>
      </details>
    `;
  }

  static override styles = [
    theme,
    controls,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 0;
        margin-bottom: 4px;
        font-size: 0.92em;
        color: var(--_muted);
      }
      .line > span:not(:last-child)::after {
        content: '·';
        margin: 0 7px;
        color: var(--_muted);
        font-weight: 400;
      }
      h3 {
        margin-bottom: 6px;
      }
      .error {
        font-size: 0.92em;
      }
      .error.large {
        color: var(--_warning);
        font-weight: 600;
      }
      .warning {
        margin: 6px 0;
        padding: 8px 12px;
        border: 1px solid var(--vscode-contrastBorder, color-mix(in srgb, var(--_warning) 40%, transparent));
        border-left: 3px solid var(--_warning);
        border-radius: var(--_radius);
        background: color-mix(in srgb, var(--_warning) 9%, transparent);
        font-size: 0.92em;
      }
      .warning button {
        margin-inline-start: 4px;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 12px;
        margin-top: 4px;
        font-size: 0.92em;
      }
      dt {
        color: var(--_muted);
      }
    `,
  ];
}

interface Warning {
  text: string;
  /** What a person can do, where they do it by hand. */
  remedy: string;
  /** The same as the name of a button, and what it asks for. */
  button: string;
  change: Ask;
}

/** What is wrong with a final explanation, and what mends it; undefined where nothing is. */
export function warning(explanation: Explanation): Warning | undefined {
  const { completeness, target, map_error: mapError, gradient_evaluations: gradients, status } = explanation;
  if (status !== 'final') return undefined;
  const steps = 2 * Math.max(1, gradients);
  const more = { remedy: words.moreSteps(steps), button: words.again(steps), change: { steps } };
  if (completeness && isLarge(explanation)) {
    const { total, expected } = completeness;
    const text = words.largeError(signed(total), signed(expected));
    if (target.score !== 'probability' || Math.abs(expected) >= SMALL_GAIN) return { text, ...more };
    return { text, remedy: words.smallGain, button: words.theLogit, change: { score: 'logit' } };
  }
  return mapError !== null && mapError > UNSETTLED ? { text: words.largeMapError(percent(mapError)), ...more } : undefined;
}

/** A preview's error says only that it is one; a tick stands only where nothing is to be warned of. */
function mark(explanation: Explanation): string {
  if (explanation.status === 'preview') return '…';
  if (isLarge(explanation)) return '▲';
  return warning(explanation) ? '' : '✓';
}

function isLarge({ completeness, status }: Explanation): boolean {
  return status === 'final' && completeness !== null && completeness.relative_error > LARGE;
}
