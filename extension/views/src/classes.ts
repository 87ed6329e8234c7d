import type { ClassScore } from '@heatline/protocol';
import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';

import { ask } from './ask.js';
import { number, percent } from './format.js';
import { theme } from './theme.js';
import { words } from './words.js';

/**
 * The most probable classes, as bars. Where the host answers, one is clicked to explain it.
 *
 * @fires heatline-ask
 */
export class HeatlineClasses extends LitElement {
  @property({ attribute: false }) classes: ClassScore[] = [];
  /** Index of the class that is explained. */
  @property({ type: Number }) target = -1;
  /** The host answers `heatline-ask`. */
  @property({ type: Boolean }) canAsk = false;

  protected override render(): unknown {
    if (this.classes.length === 0) return nothing;
    return html`
      <h3>${words.classes}</h3>
      <ol>
        ${this.classes.map((entry) => this.renderClass(entry))}
      </ol>
    `;
  }

  private renderClass({ index, label, probability, logit }: ClassScore): unknown {
    const isTarget = index === this.target;
    const explained = this.classes.find((entry) => entry.index === this.target);
    return html`
      <li class=${isTarget ? 'target' : ''}>
        <span class="label">
          ${this.canAsk && !isTarget
            ? html`<button type="button" title=${words.explainClass(label)} @click=${() => ask(this, { target: index })}>
                ${label}
              </button>`
            : label}
          ${this.canAsk && !isTarget && explained
            ? html`<button
                type="button"
                class="rather"
                title=${words.ratherThan(explained.label, label)}
                aria-label=${words.ratherThan(explained.label, label)}
                @click=${() => ask(this, { target: [this.target, index] })}
              >
                ${words.rather}
              </button>`
            : nothing}
        </span>
        ${isTarget ? html`<span class="spoken">, ${words.explained}, </span>` : nothing}
        <span class="value">${probability === null ? number(logit) : percent(probability)}</span>
        ${probability === null
          ? nothing
          : html`<span class="track" aria-hidden="true"><span style="width: ${100 * probability}%"></span></span>`}
      </li>
    `;
  }

  static override styles = [
    theme,
    css`
      ol {
        display: flex;
        flex-direction: column;
        gap: 7px;
        margin-top: 8px;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 2px 10px;
        color: var(--_muted);
      }
      .label {
        overflow-wrap: anywhere;
      }
      button {
        padding: 0;
        border: none;
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      li:hover button:not(.rather),
      button:focus-visible {
        color: var(--_text);
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      .rather {
        margin-inline-start: 8px;
        font-size: 0.88em;
        opacity: 0;
      }
      li:hover .rather,
      .rather:focus-visible {
        opacity: 1;
      }
      .rather:hover {
        color: var(--_text);
        text-decoration: underline;
      }
      @media (hover: none) {
        .rather {
          opacity: 1;
        }
      }
      .target {
        color: var(--_text);
        font-weight: 600;
      }
      .track {
        grid-column: 1 / -1;
        height: 4px;
        border-radius: 2px;
        background: color-mix(in srgb, var(--_text) 10%, transparent);
        overflow: hidden;
      }
      .track span {
        display: block;
        height: 100%;
        min-width: 2px;
        border-radius: 2px;
        background: color-mix(in srgb, var(--_text) 45%, transparent);
      }
      .target .track span {
        background: var(--_text);
      }
      @media (forced-colors: active) {
        .track {
          border: 1px solid CanvasText;
        }
        .track span {
          background: CanvasText;
          forced-color-adjust: none;
        }
      }
    `,
  ];
}
