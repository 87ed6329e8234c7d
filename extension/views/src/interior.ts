import type { EncodedArray, Picture, TabularPicture, TextPicture } from '@heatline/protocol';
import { LitElement, type PropertyValues, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';

import { blur } from './blur.js';
import { type NumberMap, decodeImage, decodeMaps } from './decode.js';
import { directionOf } from './direction.js';
import { number, signed } from './format.js';
import { type Backdrop, type Channel, backdrop, colourLayer, paint } from './heatmap.js';
import { pieces } from './pieces.js';
import { PaletteInUse } from './palettes.js';
import { PERCENTILE, fullStrength } from './scale.js';
import { look } from './text.js';
import { controls, marks, theme } from './theme.js';
import { words } from './words.js';

/** One colour scale for all maps shows where on the path it mattered, one for each where in the sample. */
export type Scaling = 'common' | 'own';

/** Standard deviation of the smoothing of an image's map, as a share of its longer side. */
const SMOOTHING = 0.02;
const OPACITY = 0.92;
/** Columns of a row that are shown: those that matter most along the whole path. */
const MOST_COLUMNS = 12;

/** One interior gradient over the sample: what mattered at one scale of the path. */
export class HeatlineInterior extends LitElement {
  @property({ attribute: false }) picture: Picture | null = null;
  /** (maps, height, width), (maps, tokens) or (maps, columns), as the picture has it. */
  @property({ attribute: false }) maps: EncodedArray | null = null;
  /** Which map. */
  @property({ type: Number }) index = 0;
  @property() scaling: Scaling = 'common';
  @property() channel: Channel = 'magnitude';
  /** What the picture shows, in words. */
  @property() label = '';

  @state() private ground: Backdrop | null = null;
  @state() private problem = '';
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  private decoded: NumberMap[] = [];
  private fulls: number[] = [];
  protected readonly palette = new PaletteInUse(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('picture')) void this.decodePhoto(this.picture);
    if (changed.has('maps')) this.decode();
  }

  private decode(): void {
    this.problem = '';
    this.decoded = [];
    try {
      if (this.maps) this.decoded = decodeMaps(this.maps).map((map) => blur(map, smoothing(map)));
    } catch (error) {
      this.problem = words.cannotDraw + String(error);
    }
    this.fulls = this.decoded.map(({ values, height }) => fullStrength(values, height > 1 ? PERCENTILE : 100));
  }

  private async decodePhoto(picture: Picture | null): Promise<void> {
    this.ground = null;
    if (picture?.kind !== 'image') return;
    try {
      const photo = await decodeImage(picture.photo);
      if (this.picture === picture) this.ground = backdrop(photo);
    } catch (error) {
      this.problem = words.cannotDraw + String(error);
    }
  }

  /** The value of the strongest colour. */
  get full(): number {
    return this.scaling === 'common' ? Math.max(0, ...this.fulls) : (this.fulls[this.index] ?? 0);
  }

  protected override updated(): void {
    const map = this.decoded[this.index];
    if (!this.canvas || !this.ground || !map || this.picture?.kind !== 'image') return;
    const colours = colourLayer(map, this.channel, this.full);
    paint(this.canvas, this.ground, this.channel, colours, this.picture.region, OPACITY);
  }

  protected override render(): unknown {
    if (this.problem) return html`<p class="problem">${this.problem}</p>`;
    const { picture } = this;
    const map = this.decoded[this.index];
    if (!picture || !map) return nothing;
    return html`
      ${this.renderMap(picture, map)}
      <p class="scale muted">${words.strongest(number(this.full))}</p>
    `;
  }

  private renderMap(picture: Picture, map: NumberMap): unknown {
    switch (picture.kind) {
      case 'image':
        return this.renderImage();
      case 'text':
        return this.renderText(picture, map);
      case 'tabular':
        return this.renderColumns(picture, map);
    }
  }

  private renderImage(): unknown {
    return html`<canvas role="img" aria-label=${this.label} class=${this.ground?.tiny ? 'tiny' : ''}></canvas>`;
  }

  private renderText({ text, tokens }: TextPicture, { values }: NumberMap): unknown {
    const { full } = this;
    return html`
      <p class="text" dir=${directionOf(text)} role="group" aria-label=${this.label}>${pieces(text, tokens).map((piece) =>
        piece.index < 0
          ? piece.text
          : html`<span class="unit" style=${styleMap(look(share(values[piece.index], full)))}>${piece.text}</span>`,
      )}</p>
    `;
  }

  private renderColumns({ columns }: TabularPicture, { values }: NumberMap): unknown {
    const order = columns.map((_, i) => i);
    order.sort((a, b) => Math.abs(columns[b].score) - Math.abs(columns[a].score));
    const { full } = this;
    return html`
      <table aria-label=${this.label}>
        ${order.slice(0, MOST_COLUMNS).map(
          (i) => html`
            <tr>
              <th scope="row" dir="auto">${columns[i].name}</th>
              <td class="axis" aria-hidden="true">
                <span
                  class="bar ${values[i] < 0 ? 'minus' : 'plus'}"
                  style="width: ${50 * Math.abs(share(values[i], full))}%"
                ></span>
              </td>
              <td class="number">${signed(values[i])}</td>
            </tr>
          `,
        )}
      </table>
    `;
  }

  static override styles = [
    theme,
    controls,
    marks,
    css`
      canvas {
        display: block;
        max-width: 100%;
        max-height: min(60vh, 420px);
        border-radius: var(--_radius);
      }
      .tiny {
        max-height: 280px;
      }
      .text {
        max-height: 30vh;
        overflow-y: auto;
        padding: 8px 12px;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        line-height: 2;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .unit {
        padding: 2px 1px;
        border-radius: 3px;
      }
      table {
        width: 100%;
        margin: 0;
      }
      th {
        max-width: 14em;
        color: var(--_text);
        font-weight: 400;
        text-align: end;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .axis {
        width: 60%;
      }
      .number {
        width: 1%;
        padding-inline-start: 12px;
        white-space: nowrap;
      }
      .scale {
        margin-top: 4px;
        font-size: 0.85em;
      }
    `,
  ];
}

function smoothing({ width, height }: NumberMap): number {
  return height > 1 ? SMOOTHING * Math.max(width, height) : 0;
}

/** A value as a strength in [-1, 1]. */
function share(value: number, full: number): number {
  return full > 0 ? Math.max(-1, Math.min(1, value / full)) : 0;
}
