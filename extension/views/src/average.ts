import type { Average, AverageClass, AverageFeature, EncodedArray } from '@heatline/protocol';
import { LitElement, type PropertyValues, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';

import { type NumberMap, decodeMaps } from './decode.js';
import { number, percent, seconds, signed } from './format.js';
import { type Channel, colourLayer, ramp } from './heatmap.js';
import { PaletteInUse } from './palettes.js';
import { PERCENTILE, fullStrength } from './scale.js';
import { controls, marks, theme } from './theme.js';
import { words } from './words.js';

/** Words or columns on each side until one asks for all of them. */
const EACH_SIDE = 10;

/** Global average gradients: the words or columns that speak for each class, or its mean Jacobian as an image. */
export class HeatlineAverage extends LitElement {
  @property({ attribute: false }) average: Average | null = null;
  @property() channel: Channel = 'signed';

  /** Index into the classes. */
  @state() private chosen = 0;
  @state() private all = false;
  @state() private problem = '';
  private maps: Record<Channel, NumberMap[]> = { signed: [], magnitude: [] };
  /** The magnitude of the strongest colour, one for all classes: they can be compared. */
  private full = 0;
  protected readonly palette = new PaletteInUse(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('average')) this.decode();
    if (this.chosen >= (this.average?.classes.length ?? 0)) this.chosen = 0;
    const values = this.maps[this.channel].map((map) => fullStrength(map.values, PERCENTILE));
    this.full = Math.max(0, ...values);
  }

  private decode(): void {
    const decoded = (array: EncodedArray | null | undefined): NumberMap[] => (array ? decodeMaps(array) : []);
    this.problem = '';
    try {
      this.maps = { signed: decoded(this.average?.maps), magnitude: decoded(this.average?.magnitudes) };
    } catch (error) {
      this.maps = { signed: [], magnitude: [] };
      this.problem = words.cannotDraw + String(error);
    }
  }

  protected override render(): unknown {
    const { average } = this;
    if (!average) return html`<p class="muted">${words.nothingYet}</p>`;
    return html`
      <article>
        <header>
          <h2>
            ${words.averageOf(average.model)}
            ${average.status === 'preview' ? html`<span class="badge">${words.preview}</span>` : nothing}
          </h2>
          <p class="muted">
            ${words.averageOver(words.scores[average.score] ?? average.score, average.samples, average.data)} ·
            ${seconds(average.seconds)} · ${average.device} · ${average.dtype}
          </p>
          ${this.renderShares(average)}
        </header>
        ${this.problem ? html`<p class="problem">${this.problem}</p>` : nothing}
        ${average.kind === 'image' ? this.renderMaps(average.classes) : this.renderLists(average)}
        ${average.notes.map((note) => html`<p class="muted">${note}</p>`)}
      </article>
    `;
  }

  private renderShares({ agreement, accuracy, linear_accuracy: linear }: Average): unknown {
    const shares: [string, number | null][] = [
      [words.agreement, agreement],
      [words.accuracy, accuracy],
      [words.linearAccuracy, linear],
    ];
    const known = shares.filter((entry): entry is [string, number] => entry[1] !== null);
    if (known.length === 0) return nothing;
    return html`<p>${known.map(([name, share]) => html`<span class="fact">${name} <strong>${percent(share)}</strong></span>`)}</p>`;
  }

  // ---------------------------------------------------------------- words and columns

  private renderLists({ classes }: Average): unknown {
    const shown = classes[this.chosen];
    if (!shown) return nothing;
    return html`
      ${classes.length > 1
        ? html`<label class="controls">
            ${words.averageClass}
            <select @change=${(event: Event) => (this.chosen = Number((event.target as HTMLSelectElement).value))}>
              ${classes.map(
                ({ label }, i) => html`<option value=${i} .selected=${i === this.chosen}>${label}</option>`,
              )}
            </select>
          </label>`
        : nothing}
      ${this.renderList(shown)}
    `;
  }

  private renderList({ features, label, score, constant }: AverageClass): unknown {
    if (features.length === 0) return html`<p class="muted">${words.noFeatures}</p>`;
    const rows = this.all || features.length <= 2 * EACH_SIDE ? features : [...features.slice(0, EACH_SIDE), ...features.slice(-EACH_SIDE)];
    const largest = Math.max(...features.map(({ average }) => Math.abs(average))) || 1;
    const lengths = features.some(({ length }) => length !== null);
    return html`
      <p class="muted">${words.averageScore(number(score), number(constant))}</p>
      <table>
        <caption class="spoken">${words.featuresLabel(label)}</caption>
        <thead>
          <tr>
            <th scope="col">${lengths ? words.word : words.column}</th>
            <td></td>
            <th scope="col" class="number">${words.averageName}</th>
            ${lengths ? html`<th scope="col" class="number">${words.gradientName}</th>` : nothing}
            <th scope="col" class="number">${words.occurrences}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((feature) => this.renderFeature(feature, largest, lengths))}
        </tbody>
      </table>
      ${features.length > 2 * EACH_SIDE
        ? html`<button type="button" class="push" @click=${() => (this.all = !this.all)}>
            ${this.all ? words.fewer : words.allFeatures(features.length)}
          </button>`
        : nothing}
    `;
  }

  private renderFeature({ name, average, length, count }: AverageFeature, largest: number, lengths: boolean): unknown {
    const width = (50 * Math.abs(average)) / largest;
    return html`
      <tr>
        <th scope="row" dir="auto">${name}</th>
        <td class="axis" aria-hidden="true">
          <span class="bar ${average < 0 ? 'minus' : 'plus'}" style="width: ${width}%"></span>
        </td>
        <td class="number">${signed(average)}</td>
        ${lengths ? html`<td class="number">${length === null ? '' : number(length)}</td>` : nothing}
        <td class="number">${count}</td>
      </tr>
    `;
  }

  // ---------------------------------------------------------------- images

  private renderMaps(classes: AverageClass[]): unknown {
    const maps = this.maps[this.channel];
    const low = this.channel === 'signed' ? signed(-this.full) : '0';
    return html`
      <div class="grid">
        ${classes.map(
          ({ label, score }, i) => html`
            <figure>
              <canvas
                role="img"
                data-index=${i}
                width=${maps[i]?.width ?? 1}
                height=${maps[i]?.height ?? 1}
                aria-label=${words.jacobianLabel(label)}
              ></canvas>
              <figcaption><strong>${label}</strong> <span class="muted">${number(score)}</span></figcaption>
            </figure>
          `,
        )}
      </div>
      <div class="controls">
        <fieldset>
          <legend class="spoken">${words.map}</legend>
          ${this.renderChoice('signed', words.signed)} ${this.renderChoice('magnitude', words.magnitude)}
        </fieldset>
        <span>${low}</span>
        <span class="ramp" style="background: ${ramp(this.channel, 1)}"></span>
        <span>${number(this.full)}</span>
      </div>
    `;
  }

  private renderChoice(channel: Channel, name: string): unknown {
    return html`
      <label>
        <input
          type="radio"
          name="channel"
          value=${channel}
          .checked=${this.channel === channel}
          @change=${() => (this.channel = channel)}
        />${name}
      </label>
    `;
  }

  protected override updated(): void {
    for (const canvas of this.renderRoot.querySelectorAll('canvas')) {
      const map = this.maps[this.channel][Number(canvas.dataset.index)];
      const context = canvas.getContext('2d');
      if (!map || !context) continue;
      context.fillStyle = this.channel === 'signed' ? '#b5b5b5' : '#575757';
      context.fillRect(0, 0, map.width, map.height);
      context.drawImage(colourLayer(map, this.channel, this.full), 0, 0);
    }
  }

  static override styles = [
    theme,
    controls,
    marks,
    css`
      header {
        margin-bottom: 16px;
      }
      h2 {
        font-size: 1.35em;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .badge {
        padding: 1px 8px;
        border: 1px solid var(--_line);
        border-radius: 999px;
        color: var(--_muted);
        font-size: 0.6em;
        font-weight: 400;
      }
      .fact {
        display: inline-block;
        margin-inline-end: 16px;
      }
      .fact strong {
        white-space: nowrap;
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(130px, 1fr));
        gap: 14px;
        margin-bottom: 12px;
      }
      canvas {
        width: 100%;
        border-radius: var(--_radius);
        image-rendering: pixelated;
      }
      figcaption {
        overflow-wrap: anywhere;
      }
      .ramp {
        width: 160px;
      }
      th[scope='row'] {
        max-width: 16em;
        color: var(--_text);
        font-weight: 400;
        overflow-wrap: break-word;
      }
      .axis {
        width: 200px;
      }
      .number {
        padding-inline-start: 12px;
      }
      button {
        margin-top: 8px;
      }
    `,
  ];
}
