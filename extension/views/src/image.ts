import type { ImagePicture } from '@heatline/protocol';
import { LitElement, type PropertyValues, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import { type NumberMap, decodeImage, decodeMap } from './decode.js';
import { number, percent, signed } from './format.js';
import { type Channel, colourMap, paint } from './heatmap.js';
import { DIVERGING, SEQUENTIAL } from './palette.js';
import { PERCENTILE, fullStrength, gridShares, sumOfMagnitudes } from './scale.js';
import { controls, theme } from './theme.js';
import { words } from './words.js';

interface Drawing {
  photo: ImageBitmap;
  maps: Record<Channel, NumberMap>;
  /** Sum of magnitudes over the map of each channel, of which a pixel has its share. */
  totals: Record<Channel, number>;
}

interface Pixel {
  x: number;
  y: number;
}

const GRID = 3;

/** The photo under its heatmap. The pixel under the pointer, or reached with the arrow keys, is read out. */
export class HeatlineImage extends LitElement {
  @property({ attribute: false }) picture: ImagePicture | null = null;
  /** The class that is explained. */
  @property() label = '';
  @property({ type: Number }) opacity = 0.85;
  @property() channel: Channel = 'signed';

  @state() private drawing: Drawing | null = null;
  @state() private problem = '';
  @state() private pixel: Pixel | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('picture') && this.picture) void this.decode(this.picture);
  }

  private async decode(picture: ImagePicture): Promise<void> {
    try {
      const maps = { signed: decodeMap(picture.signed), magnitude: decodeMap(picture.magnitude) };
      const photo = await decodeImage(picture.photo);
      if (this.picture !== picture) return;
      const totals = {
        signed: sumOfMagnitudes(maps.signed.values),
        magnitude: sumOfMagnitudes(maps.magnitude.values),
      };
      this.drawing = { photo, maps, totals };
      this.problem = '';
    } catch (error) {
      this.problem = words.cannotDraw + String(error);
    }
  }

  protected override updated(): void {
    if (!this.drawing || !this.picture || !this.canvas) return;
    const map = this.drawing.maps[this.channel];
    paint(this.canvas, this.drawing.photo, map, colourMap(map, this.channel, this.full), this.picture.region, this.opacity);
  }

  private get full(): number {
    return this.drawing ? fullStrength(this.drawing.maps[this.channel].values, PERCENTILE) : 0;
  }

  protected override render(): unknown {
    if (this.problem) return html`<p class="problem">${this.problem}</p>`;
    if (!this.drawing) return nothing;
    return html`
      <figure>
        <div class="stage">
          <canvas
            role="img"
            tabindex="0"
            aria-label=${this.spoken()}
            aria-describedby="readout"
            @pointermove=${this.point}
            @pointerleave=${() => (this.pixel = null)}
            @keydown=${this.step}
            @blur=${() => (this.pixel = null)}
          ></canvas>
          ${this.renderMarker()}
        </div>
        ${this.renderLegend()}
        <p id="readout" class="readout" aria-live="polite">${this.renderReadout()}</p>
      </figure>
      <div class="controls">
        <fieldset>
          <legend class="spoken">${words.map}</legend>
          ${this.renderChoice('signed', words.signed, words.signedHint)}
          ${this.renderChoice('magnitude', words.magnitude, words.magnitudeHint)}
        </fieldset>
        <label class="slider">
          ${words.opacity}
          <input
            type="range"
            min="0"
            max="100"
            .value=${String(Math.round(100 * this.opacity))}
            @input=${(event: Event) => (this.opacity = Number((event.target as HTMLInputElement).value) / 100)}
          />
        </label>
      </div>
      ${this.renderTable()}
    `;
  }

  private renderChoice(channel: Channel, name: string, hint: string): unknown {
    return html`
      <label title=${hint}>
        <input
          type="radio"
          name="channel"
          .checked=${this.channel === channel}
          @change=${() => (this.channel = channel)}
        />${name}
      </label>
    `;
  }

  private renderLegend(): unknown {
    const [stops, low, high] =
      this.channel === 'signed'
        ? [DIVERGING, `${signed(-this.full)} ${words.against}`, `${words.for} ${signed(this.full)}`]
        : [SEQUENTIAL, words.none, number(this.full)];
    return html`
      <figcaption>
        <span class="ends"><span>${low}</span><span>${high}</span></span>
        <span class="ramp" style="background: linear-gradient(to right, ${stops.join(', ')})"></span>
        <span class="muted">${words.scale(PERCENTILE)}</span>
      </figcaption>
    `;
  }

  private renderReadout(): unknown {
    if (!this.pixel || !this.drawing) return html`<span class="muted">${words.hoverImage}</span>`;
    const map = this.drawing.maps[this.channel];
    const value = map.values[this.pixel.y * map.width + this.pixel.x];
    const share = Math.abs(value) / (this.drawing.totals[this.channel] || 1);
    return html`
      <span class="muted">${words.pixel(this.pixel.x, this.pixel.y)}</span>
      <strong>${this.channel === 'signed' ? signed(value) : number(value)}</strong>
      <span class="muted">${words.share(percent(share))}</span>
    `;
  }

  private renderMarker(): unknown {
    if (!this.pixel || !this.drawing || !this.picture) return nothing;
    const { width, height } = this.drawing.maps[this.channel];
    const [left, top, right, bottom] = this.picture.region;
    const x = left + ((this.pixel.x + 0.5) / width) * (right - left);
    const y = top + ((this.pixel.y + 0.5) / height) * (bottom - top);
    return html`<div class="marker" style="left: ${100 * x}%; top: ${100 * y}%"></div>`;
  }

  private renderTable(): unknown {
    const { shares } = this.regions();
    return html`
      <details>
        <summary>${words.regionsTitle}</summary>
        <table>
          <thead>
            <tr>
              <td></td>
              ${words.columns.map((column) => html`<th scope="col" class="number">${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${shares.map(
              (row, y) => html`
                <tr>
                  <th scope="row">${words.rows[y]}</th>
                  ${row.map((share) => html`<td class="number">${percent(share)}</td>`)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </details>
    `;
  }

  /** Shares of the magnitude in a 3 x 3 grid: the picture for those who do not see it. */
  private regions(): { shares: number[][]; row: number; column: number } {
    const { width, height, values } = this.drawing!.maps.magnitude;
    const shares = gridShares(values, width, height, GRID, GRID);
    const flat = shares.flat();
    const most = flat.indexOf(Math.max(...flat));
    return { shares, row: Math.floor(most / GRID), column: most % GRID };
  }

  private spoken(): string {
    const { shares, row, column } = this.regions();
    const place = words.place(words.rows[row], words.columns[column]);
    return words.imageLabel(this.label, place, percent(shares[row][column]));
  }

  private point(event: PointerEvent): void {
    if (!this.drawing || !this.picture) return;
    const box = this.canvas.getBoundingClientRect();
    const [left, top, right, bottom] = this.picture.region;
    const { width, height } = this.drawing.maps[this.channel];
    const x = Math.floor((((event.clientX - box.left) / box.width - left) / (right - left)) * width);
    const y = Math.floor((((event.clientY - box.top) / box.height - top) / (bottom - top)) * height);
    this.pixel = x >= 0 && y >= 0 && x < width && y < height ? { x, y } : null;
  }

  private step(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (!move || !this.drawing) return;
    event.preventDefault();
    const { width, height } = this.drawing.maps[this.channel];
    const from = this.pixel ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    const stride = event.shiftKey ? 10 : 1;
    const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
    this.pixel = { x: clamp(from.x + stride * move[0], width), y: clamp(from.y + stride * move[1], height) };
  }

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 12px;
      }
      .stage {
        position: relative;
        width: fit-content;
        max-width: 100%;
        line-height: 0;
      }
      canvas {
        display: block;
        max-width: 100%;
        max-height: min(70vh, 560px);
        border-radius: var(--_radius);
        cursor: crosshair;
        outline-offset: 3px;
      }
      .marker {
        position: absolute;
        width: 11px;
        height: 11px;
        translate: -50% -50%;
        border: 1.5px solid #fff;
        border-radius: 50%;
        box-shadow:
          0 0 0 1px #000,
          inset 0 0 0 1px #000;
        pointer-events: none;
      }
      figcaption {
        display: flex;
        flex-direction: column;
        gap: 3px;
        margin-top: 12px;
        max-width: 480px;
        font-size: 0.92em;
      }
      .ends {
        display: flex;
        justify-content: space-between;
      }
      .ramp {
        height: 8px;
        border-radius: 4px;
        border: 1px solid var(--vscode-contrastBorder, transparent);
      }
      .readout {
        min-height: 1.45em;
        margin-top: 6px;
        font-size: 0.92em;
      }
      .readout > * {
        margin-right: 10px;
      }
      .problem {
        color: var(--_error);
      }
    `,
  ];
}
