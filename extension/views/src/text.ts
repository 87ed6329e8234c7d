import type { TextPicture, TokenScore } from '@heatline/protocol';
import { LitElement, type PropertyValues, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { styleMap } from 'lit/directives/style-map.js';

import { directionOf } from './direction.js';
import { number, percent, signed } from './format.js';
import { type Piece, pieces } from './pieces.js';
import { fullStrength, sumOfMagnitudes } from './scale.js';
import { controls, marks, theme } from './theme.js';
import { words } from './words.js';

type Unit = 'words' | 'tokens';

/** Weaker words are not underlined: a line under everything would say nothing. */
const UNDERLINE_FROM = 0.12;
/** The strongest colour still leaves the words readable on light and on dark pages. */
const STRONGEST = 0.62;

/** The table of numbers has at most so many rows, of the strongest words. */
const MOST_ROWS = 500;

/**
 * The text with its words coloured; sign and strength also stand as underline and as number.
 *
 * @fires heatline-point - The word or token that is read: its index, or null.
 */
export class HeatlineText extends LitElement {
  @property({ attribute: false }) picture: TextPicture | null = null;
  /** The class that is explained. */
  @property() label = '';
  @property() unit: Unit = 'words';
  /** The scores are lengths of gradients, which have no sign. */
  @property({ type: Boolean }) lengths = false;

  /** The word or token that is read in another picture of the same text, by index. */
  @property({ attribute: false }) pointed: number | null = null;

  @state() private current = -1;
  @state() private opened = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('picture') || changed.has('unit')) this.current = -1;
    if (changed.has('pointed')) this.current = this.pointed ?? -1;
  }

  private get units(): TokenScore[] {
    return this.picture ? this.picture[this.unit] : [];
  }

  protected override render(): unknown {
    const { picture, units } = this;
    if (!picture) return nothing;
    if (units.length === 0) return html`<p class="muted">${words.noWords}</p>`;
    const scores = units.map((unit) => unit.score);
    const full = fullStrength(scores, 100);
    return html`
      <p
        class="text"
        dir=${directionOf(picture.text)}
        tabindex="0"
        role="group"
        aria-label=${words.textLabel}
        aria-describedby="readout"
        @keydown=${this.step}
        @pointerover=${this.point}
        @pointerleave=${() => this.read(-1)}
        @blur=${() => this.read(-1)}
      >${guard([picture, this.unit], () => pieces(picture.text, units).map((piece) => this.renderPiece(piece, full)))}</p>
      <p id="readout" class="readout" aria-live="polite">${this.renderReadout(sumOfMagnitudes(scores))}</p>
      <div class="legend">
        ${this.lengths ? this.renderLengths(full) : this.renderSigns(full)} ${this.renderSwitch()}
      </div>
      ${this.renderTable(sumOfMagnitudes(scores), full)}
    `;
  }

  private renderSigns(full: number): unknown {
    return html`
      <span><span class="sample against">${words.against}</span> ${signed(-full)}</span>
      <span class="ramp" style="background: linear-gradient(to right, ${ramp()})"></span>
      <span>${signed(full)} <span class="sample for">${words.for}</span> “${this.label}”</span>
    `;
  }

  private renderLengths(full: number): unknown {
    return html`
      <span>0</span>
      <span class="ramp" style="background: linear-gradient(to right, transparent, ${faded('var(--_positive)')})"></span>
      <span>${number(full)}</span>
      <span class="muted">${words.lengths}</span>
    `;
  }

  private renderPiece({ text, index }: Piece, full: number): unknown {
    if (index < 0) return text;
    const { score, start, end } = this.units[index];
    const classes = start === end ? 'unit special' : 'unit';
    return html`<span
      class=${classes}
      data-index=${index}
      style=${styleMap(look(full > 0 ? score / full : 0))}
      >${text}</span
    >`;
  }

  private renderReadout(total: number): unknown {
    const unit = this.units[this.current];
    if (!unit) return html`<span class="muted">${words.hoverText}</span>`;
    return html`
      <span>“${unit.text}”</span> <strong>${signed(unit.score)}</strong>
      <span class="muted">${words.share(percent(Math.abs(unit.score) / (total || 1)))}</span>
    `;
  }

  private renderSwitch(): unknown {
    const { picture } = this;
    if (!picture || picture.tokens.length === picture.words.length) return nothing;
    const choice = (unit: Unit, name: string): unknown => html`
      <label>
        <input type="radio" name="unit" .checked=${this.unit === unit} @change=${() => (this.unit = unit)} />${name}
      </label>
    `;
    return html`<fieldset class="switch">${choice('words', words.words)}${choice('tokens', words.tokens)}</fieldset>`;
  }

  private renderTable(total: number, full: number): unknown {
    const sorted = this.opened ? [...this.units].sort((a, b) => Math.abs(b.score) - Math.abs(a.score)) : [];
    const half = (score: number): string => `${full > 0 ? (50 * Math.abs(score)) / full : 0}%`;
    return html`
      <details @toggle=${(event: Event) => (this.opened = (event.target as HTMLDetailsElement).open)}>
        <summary>
          ${this.units.length > MOST_ROWS
            ? words.strongestNumbers(MOST_ROWS, this.units.length)
            : words.numbersTitle(this.units.length)}
        </summary>
        <table>
          <thead>
            <tr>
              <th scope="col">${this.unit === 'words' ? words.word : words.token}</th>
              <th scope="col" class="number">${words.value}</th>
              <th scope="col" class="number">${words.shareTitle}</th>
              <td></td>
            </tr>
          </thead>
          <tbody>
            ${sorted.slice(0, MOST_ROWS).map(
              ({ text, score }) => html`
                <tr>
                  <th scope="row" dir="auto">${text}</th>
                  <td class="number">${signed(score)}</td>
                  <td class="number">${percent(Math.abs(score) / (total || 1))}</td>
                  <td class="axis" aria-hidden="true">
                    <span class=${score < 0 ? 'bar minus' : 'bar plus'} style="width: ${half(score)}"></span>
                  </td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </details>
    `;
  }

  private point(event: PointerEvent): void {
    const index = (event.target as HTMLElement).dataset.index;
    this.read(index === undefined ? -1 : Number(index));
  }

  private step(event: KeyboardEvent): void {
    const rightwards = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -1 : 1;
    const moves: Record<string, number> = { ArrowLeft: -rightwards, ArrowRight: rightwards };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const last = this.units.length - 1;
    this.read(this.current < 0 ? (move > 0 ? 0 : last) : Math.min(last, Math.max(0, this.current + move)));
    this.marked()?.scrollIntoView({ block: 'nearest' });
  }

  private read(index: number): void {
    if (index === this.current) return;
    this.current = index;
    this.mark();
    const detail = index < 0 ? null : index;
    this.dispatchEvent(new CustomEvent<number | null>('heatline-point', { detail, bubbles: true, composed: true }));
  }

  private marked(): Element | null {
    return this.renderRoot.querySelector('.current');
  }

  /** The words stand as they are while one after the other is read: a long text is laid out once. */
  private mark(): void {
    this.marked()?.classList.remove('current');
    this.renderRoot.querySelector(`.unit[data-index="${this.current}"]`)?.classList.add('current');
  }

  protected override updated(): void {
    this.mark();
  }

  static override styles = [
    theme,
    controls,
    marks,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 10px;
      }
      .text {
        max-height: 40vh;
        overflow-y: auto;
        padding: 12px 16px;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        font-size: 1.15em;
        line-height: 2;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        text-align: start;
      }
      .unit {
        padding: 2px 1px;
        border-radius: 3px;
        cursor: default;
        box-decoration-break: clone;
        -webkit-box-decoration-break: clone;
      }
      .special {
        margin: 0 2px;
        padding: 1px 4px;
        border: 1px solid var(--_line);
        font-size: 0.75em;
      }
      .current {
        outline: 2px solid var(--_focus);
      }
      .readout {
        min-height: 1.45em;
        font-size: 0.92em;
        overflow-wrap: anywhere;
      }
      .readout > * {
        margin-right: 8px;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 10px;
        font-size: 0.92em;
      }
      .sample {
        text-decoration: underline 2px;
        text-underline-offset: 4px;
      }
      .sample.for {
        text-decoration-color: var(--_positive);
      }
      .sample.against {
        text-decoration-style: dashed;
        text-decoration-color: var(--_negative);
      }
      .ramp {
        width: 120px;
      }
      .switch {
        margin-inline-start: auto;
      }
      .axis {
        width: 160px;
      }
      tbody th {
        font-weight: 400;
        color: var(--_text);
        max-width: 260px;
        overflow-wrap: anywhere;
      }
    `,
  ];
}

/** How a word of a strength in [-1, 1] looks: solid lines speak for the class, dashed ones against it. */
export function look(strength: number): Record<string, string> {
  const colour = strength < 0 ? 'var(--_negative)' : 'var(--_positive)';
  const style: Record<string, string> = {
    background: `color-mix(in srgb, ${colour} ${Math.round(100 * STRONGEST * Math.abs(strength))}%, transparent)`,
  };
  if (Math.abs(strength) >= UNDERLINE_FROM) {
    style['text-decoration'] = `underline 2px ${strength < 0 ? 'dashed' : 'solid'} ${colour}`;
    style['text-underline-offset'] = '5px';
  }
  return style;
}

function faded(colour: string): string {
  return `color-mix(in srgb, ${colour} ${100 * STRONGEST}%, transparent)`;
}

function ramp(): string {
  const [against, speaksFor] = ['var(--_negative)', 'var(--_positive)'];
  return `${faded(against)}, transparent, ${faded(speaksFor)}`;
}
