import type { ImagePicture } from '@heatline/protocol';
import { LitElement, type PropertyValues, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';

import { blur } from './blur.js';
import { type NumberMap, decodeImage, decodeMap } from './decode.js';
import { firstLook } from './first-look.js';
import { number, percent, signed } from './format.js';
import {
  type Backdrop,
  CHANNEL,
  type Rule,
  SMOOTHING,
  backdrop,
  colourLayer,
  mapsOf,
  paint,
  ramp,
  shownSize,
} from './heatmap.js';
import { imageStyles } from './image.styles.js';
import { paletteChoice } from './palette-choice.js';
import { PaletteInUse } from './palettes.js';
import { type Pixel, middleOf, pixelAt, stepped } from './pixels.js';
import { regionsTable, spokenRegions } from './regions.js';
import { PERCENTILE, fullStrength, sumOfMagnitudes } from './scale.js';
import { controls, marks, theme } from './theme.js';
import { type Place, onStage, transform } from './viewport.js';
import { words } from './words.js';
import { Zoom, place } from './zoom.js';

/** What is drawn: a map as it came, and smoothed for the eye. */
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

/** The slider's unit: smoothing in thousandths of the map's longer side. */
const PER_MILLE = 1000;

/**
 * The photo under its heatmap. The pixel under the pointer, or reached with the arrow keys, is read out.
 *
 * @fires heatline-point - The pixel that is read: its middle as fractions of the photo, or null.
 * @fires heatline-palette - The palette that the person chose, for all pictures.
 */
export class HeatlineImage extends LitElement {
  @property({ attribute: false }) picture: ImagePicture | null = null;
  /** The class that is explained. */
  @property() label = '';
  @property() rule: Rule = firstLook().rule;
  @property({ type: Number }) opacity = firstLook().opacity;
  /** Standard deviation of the smoothing, as a share of the map's longer side. */
  @property({ type: Number }) smoothing = SMOOTHING;
  /** Values beyond this share of all, in percent, have the strongest colour. */
  @property({ type: Number }) percentile = PERCENTILE;
  /** The place that is read in another picture of the same photo, as fractions of it. */
  @property({ attribute: false }) pointed: Place | null = null;

  @state() private ground: Backdrop | null = null;
  @state() private problem = '';
  @state() private pixel: Pixel | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  private maps: Record<Rule, NumberMap> | null = null;
  private shown: Shown | null = null;
  private readonly zoom = new Zoom(this);
  protected readonly palette = new PaletteInUse(this);

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('picture')) this.decode();
    const recolour = ['picture', 'rule', 'smoothing', 'percentile', 'palette'].some((name) => changed.has(name));
    if (this.maps && recolour) this.shown = this.prepare(this.maps[this.rule]);
    if (changed.has('pointed')) this.pixel = this.pointed && this.pixelAt(this.pointed);
  }

  private decode(): void {
    this.problem = '';
    this.maps = this.shown = null;
    if (!this.picture) return;
    try {
      this.maps = mapsOf(decodeMap(this.picture.signed), decodeMap(this.picture.magnitude));
      void this.decodePhoto(this.picture);
    } catch (error) {
      this.problem = words.cannotDraw + String(error);
    }
  }

  /** The photo before stands until this one is there: the two of a refinement are the same. */
  private async decodePhoto(picture: ImagePicture): Promise<void> {
    try {
      const photo = await decodeImage(picture.photo);
      if (this.picture === picture) this.ground = backdrop(photo);
    } catch (error) {
      this.problem = words.cannotDraw + String(error);
    }
  }

  private prepare(map: NumberMap): Shown {
    const sigma = this.smoothing * Math.max(map.width, map.height);
    const smooth = blur(map, sigma);
    const full = fullStrength(smooth.values, this.percentile);
    return {
      map,
      smooth,
      colours: colourLayer(smooth, CHANNEL[this.rule], full),
      sigma: smooth === map ? 0 : sigma,
      full,
      total: sumOfMagnitudes(map.values),
    };
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.ground || !this.shown || !this.picture || !this.canvas) return;
    if (changed.size > 0 && [...changed.keys()].every((name) => name === 'pixel' || name === 'pointed')) return;
    paint(this.canvas, this.ground, CHANNEL[this.rule], this.shown.colours, this.picture.region, this.opacity);
  }

  protected override render(): unknown {
    if (this.problem) return html`<p class="problem">${this.problem}</p>`;
    if (!this.shown || !this.picture) return nothing;
    // Its room is kept from the first moment, while the photo is still being decoded.
    const { width, height, tiny } = shownSize(this.picture.photo);
    return html`
      <figure>
        <div class="stage">
          <canvas
            role="img"
            width=${width}
            height=${height}
            class="${tiny ? 'tiny' : ''} ${this.zoom.isClose ? 'close' : ''}"
            style="transform: ${transform(this.zoom.view)}"
            tabindex="0"
            aria-label=${spokenRegions(this.maps!.magnitude, this.label)}
            aria-describedby="readout"
            @wheel=${this.zoom.wheel}
            @dblclick=${this.zoom.doubleClick}
            @pointerdown=${this.zoom.take}
            @pointermove=${this.point}
            @pointerup=${this.zoom.release}
            @pointercancel=${this.zoom.release}
            @pointerleave=${() => this.read(null)}
            @keydown=${this.step}
            @blur=${() => this.read(null)}
          ></canvas>
          ${this.renderMarker()}
        </div>
        ${this.renderLegend(this.shown)}
        <p id="readout" class="readout" aria-live="polite">${this.renderReadout(this.shown)}</p>
      </figure>
      ${this.renderControls(this.shown)} ${regionsTable(this.maps!.magnitude)}
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
          ${this.renderChoice('net', words.net, words.netHint)}
        </fieldset>
        ${this.zoom.buttons()}
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
        <label class="slider" title=${words.strongestAtHint}>
          ${words.strongestAt}
          <input
            type="range"
            name="percentile"
            min="80"
            max="100"
            step="0.5"
            aria-valuetext="${this.percentile} %"
            .value=${String(this.percentile)}
            @input=${(event: Event) => (this.percentile = value(event))}
          />
        </label>
        ${CHANNEL[this.rule] === 'magnitude' ? paletteChoice() : nothing}
      </div>
    `;
  }

  private renderChoice(rule: Rule, name: string, hint: string): unknown {
    return html`
      <label title=${hint}>
        <input
          type="radio"
          name="rule"
          value=${rule}
          .checked=${this.rule === rule}
          @change=${() => (this.rule = rule)}
        />${name}
      </label>
    `;
  }

  private renderLegend({ full, sigma }: Shown): unknown {
    const [low, high] =
      this.rule === 'signed'
        ? [`${words.against} ${signed(-full)}`, `${signed(full)} ${words.for}`]
        : ['0', number(full)];
    return html`
      <figcaption>
        <span>${low}</span>
        <span class="ramp" style="background: ${ramp(CHANNEL[this.rule], this.opacity)}"></span>
        <span>${high}</span>
        <span class="how muted">${words.scale(this.percentile)}${sigma ? words.smoothed(sigma.toFixed(1)) : nothing}</span>
      </figcaption>
    `;
  }

  private renderReadout({ map, smooth, total, sigma }: Shown): unknown {
    if (!this.pixel) return html`<span class="muted">${words.hoverImage}</span>`;
    const at = this.pixel.y * map.width + this.pixel.x;
    const show = this.rule === 'signed' ? signed : number;
    const value = map.values[at];
    return html`
      <span class="muted">${words.pixel(this.pixel.x, this.pixel.y)}</span>
      <strong>${show(value)}</strong>
      <span class="muted">${words.share(percent(Math.abs(value) / (total || 1)))}</span>
      ${sigma ? html`<span class="muted">${words.around(show(smooth.values[at]))}</span>` : nothing}
    `;
  }

  private renderMarker(): unknown {
    if (!this.pixel) return nothing;
    const { x, y } = onStage(this.zoom.view, this.middleOf(this.pixel));
    if (Math.min(x, y) < 0 || Math.max(x, y) > 1) return nothing;
    return html`<div class="marker" style="left: ${100 * x}%; top: ${100 * y}%"></div>`;
  }

  // ---------------------------------------------------------------- reading a pixel

  private point(event: PointerEvent): void {
    this.zoom.drag(event);
    if (!this.zoom.isHeld) this.read(this.pixelAt(place(event)));
  }

  private step(event: KeyboardEvent): void {
    if (!this.shown || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.zoom.key(event.key, this.pixel ? this.middleOf(this.pixel) : undefined)) return event.preventDefault();
    const pixel = stepped(this.pixel, event.key, event.shiftKey ? 10 : 1, this.shown.map);
    if (!pixel) return;
    event.preventDefault();
    this.read(pixel);
    this.zoom.show(this.middleOf(pixel));
  }

  private read(pixel: Pixel | null): void {
    if (pixel?.x === this.pixel?.x && pixel?.y === this.pixel?.y) return;
    this.pixel = pixel;
    const detail = pixel && this.middleOf(pixel);
    this.dispatchEvent(new CustomEvent<Place | null>('heatline-point', { detail, bubbles: true, composed: true }));
  }

  private pixelAt(at: Place): Pixel | null {
    return this.picture && this.maps && pixelAt(at, this.picture.region, this.maps.signed);
  }

  private middleOf(pixel: Pixel): Place {
    return middleOf(pixel, this.picture!.region, this.maps!.signed);
  }

  static override styles = [theme, controls, marks, imageStyles];
}
