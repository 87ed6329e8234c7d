import type { ClassScore } from '@heatline/protocol';
import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';

import { number, percent } from './format.js';
import { theme } from './theme.js';
import { words } from './words.js';

/** The most probable classes, as bars. */
export class HeatlineClasses extends LitElement {
  @property({ attribute: false }) classes: ClassScore[] = [];
  /** Index of the class that is explained. */
  @property({ type: Number }) target = -1;

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
    return html`
      <li class=${index === this.target ? 'target' : ''}>
        <span class="label">${label}</span>
        ${index === this.target ? html`<span class="spoken">, ${words.explained}, </span>` : nothing}
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
