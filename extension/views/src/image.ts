import type { ImagePicture } from '@heatline/protocol';
import { LitElement, type PropertyValues, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import { blur } from './blur.js';
import { type NumberMap, decodeImage, decodeMap } from './decode.js';
import { number, percent, signed } from './format.js';
import { type Backdrop, type Channel, backdrop, colourLayer, paint, ramp } from './heatmap.js';
import { imageStyles } from './image.styles.js';
import { PERCENTILE, fullStrength, gridShares, sumOfMagnitudes } from './scale.js';
import { controls, theme } from './theme.js';
import { words } from './words.js';

interface Decoded {
  backdrop: Backdrop;
  maps: Record<Channel, NumberMap>;
}

/** What is drawn: a channel's map as it came, and smoothed for the eye. */
interface Shown {
  map: NumberMap;
  smooth: NumberMap;
  /** The smoothed map's colours. */
  colours: HTMLCanvasElement;
  /** Standard deviation of the smoothing, in pixels of the map. */
  sigma: number;
  /** The magnitude of the strongest colour. */
  full: number;
  /** Sum of magnitudes of the map, of which a pixel has its share. */
  total: number;
}

interface Pixel {
  x: number;
  y: number;
}

const GRID = 3;

/** The slider's unit: smoothing in thousandths of the map's longer side. */
const PER_MILLE = 1000;

/** The photo under its heatmap. The pixel under the pointer, or reached with the arrow keys, is read out. */
export class HeatlineImage extends LitElement {
  @property({ attribute: false }) picture: ImagePicture | null = null;
  /** The class that is explained. */
  @property() label = '';
  @property() channel: Channel = 'magnitude';
  @property({ type: Number }) opacity = 0.92;
  /** Standard deviation of the smoothing, as a share of the map's longer side. */
  @property({ type: Number }) smoothing = 0.01;

  @state() private decoded: Decoded | null = null;
  @state() private problem = '';
  @state() private pixel: Pixel | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  private shown: Shown | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('picture') && this.picture) void this.decode(this.picture);
    if (this.decoded && ['decoded', 'channel', 'smoothing'].some((name) => changed.has(name))) {
      this.shown = this.prepare(this.decoded.maps[this.channel]);
    }
  }

  private async decode(picture: ImagePicture): Promise<void> {
    try {
      const maps = { signed: decodeMap(picture.signed), magnitude: decodeMap(picture.magnitude) };
      const photo = await decodeImage(picture.photo);
      if (this.picture !== picture) return;
      this.decoded = { backdrop: backdrop(photo), maps };
      this.problem = '';
    } catch (error) {
      this.problem = words.cannotDraw + String(error);
    }
  }

  private prepare(map: NumberMap): Shown {
    const sigma = this.smoothing * Math.max(map.width, map.height);
    const smooth = blur(map, sigma);
    const full = fullStrength(smooth.values, PERCENTILE);
    return {
      map,
      smooth,
      colours: colourLayer(smooth, this.channel, full),
      sigma: smooth === map ? 0 : sigma,
      full,
      total: sumOfMagnitudes(map.values),
    };
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.decoded || !this.shown || !this.picture || !this.canvas) return;
    if (changed.size === 1 && changed.has('pixel')) return;
    const { region } = this.picture;
    paint(this.canvas, this.decoded.backdrop, this.channel, this.shown.colours, region, this.opacity);
  }

  protected override render(): unknown {
    if (this.problem) return html`<p class="problem">${this.problem}</p>`;
    if (!this.shown) return nothing;
    return html`
      <figure>
        <div class="stage">
          <canvas
            role="img"
            class=${this.decoded?.backdrop.tiny ? 'tiny' : ''}
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
        ${this.renderLegend(this.shown)}
        <p id="readout" class="readout" aria-live="polite">${this.renderReadout(this.shown)}</p>
      </figure>
      ${this.renderControls(this.shown)} ${this.renderTable()}
    `;
  }

  private renderControls({ sigma }: Shown): unknown {
    const value = (event: Event): number => Number((event.target as HTMLInputElement).value);
    return html`
      <div class="controls">
        <fieldset>
          <legend class="spoken">${words.map}</legend>
          ${this.renderChoice('magnitude', words.magnitude, words.magnitudeHint)}
          ${this.renderChoice('signed', words.signed, words.signedHint)}
        </fieldset>
        <label class="slider">
          ${words.opacity}
          <input
            type="range"
            name="opacity"
            max="100"
            .value=${String(Math.round(100 * this.opacity))}
            @input=${(event: Event) => (this.opacity = value(event) / 100)}
          />
        </label>
        <label class="slider" title=${words.smoothingHint}>
          ${words.smoothing}
          <input
            type="range"
            name="smoothing"
            max="40"
            aria-valuetext=${words.pixels(sigma.toFixed(1))}
            .value=${String(Math.round(PER_MILLE * this.smoothing))}
            @input=${(event: Event) => (this.smoothing = value(event) / PER_MILLE)}
          />
        </label>
      </div>
    `;
  }

  private renderChoice(channel: Channel, name: string, hint: string): unknown {
    return html`
      <label title=${hint}>
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

  private renderLegend({ full, sigma }: Shown): unknown {
    const [low, high] =
      this.channel === 'signed'
        ? [`${words.against} ${signed(-full)}`, `${signed(full)} ${words.for}`]
        : ['0', number(full)];
    return html`
      <figcaption>
        <span>${low}</span>
        <span class="ramp" style="background: ${ramp(this.channel, this.opacity)}"></span>
        <span>${high}</span>
        <span class="how muted">${words.scale(PERCENTILE)}${sigma ? words.smoothed(sigma.toFixed(1)) : nothing}</span>
      </figcaption>
    `;
  }

  private renderReadout({ map, smooth, total, sigma }: Shown): unknown {
    if (!this.pixel) return html`<span class="muted">${words.hoverImage}</span>`;
    const at = this.pixel.y * map.width + this.pixel.x;
    const show = this.channel === 'signed' ? signed : number;
    const value = map.values[at];
    return html`
      <span class="muted">${words.pixel(this.pixel.x, this.pixel.y)}</span>
      <strong>${show(value)}</strong>
      <span class="muted">${words.share(percent(Math.abs(value) / (total || 1)))}</span>
      ${sigma ? html`<span class="muted">${words.around(show(smooth.values[at]))}</span>` : nothing}
    `;
  }

  private renderMarker(): unknown {
    if (!this.pixel || !this.shown || !this.picture) return nothing;
    const { width, height } = this.shown.map;
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
    const { width, height, values } = this.decoded!.maps.magnitude;
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
    if (!this.shown || !this.picture) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [left, top, right, bottom] = this.picture.region;
    const { width, height } = this.shown.map;
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
    if (!move || !this.shown) return;
    event.preventDefault();
    const { width, height } = this.shown.map;
    const from = this.pixel ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    const stride = event.shiftKey ? 10 : 1;
    const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
    this.pixel = { x: clamp(from.x + stride * move[0], width), y: clamp(from.y + stride * move[1], height) };
  }

  static override styles = [theme, controls, imageStyles];
}
