import type { PathData, Picture, TargetScore } from '@heatline/protocol';
import { LitElement, type PropertyValues, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { html } from 'lit/static-html.js';

import { nearest, valueAt } from './curve.js';
import { number, written } from './format.js';
import type { Channel } from './heatmap.js';
import type { Scaling } from './interior.js';
import { pathStyles } from './path.styles.js';
import { plotTemplate, plotsOf } from './plot.js';
import { staticTag } from './tags.js';
import { controls, theme } from './theme.js';
import { words } from './words.js';

/** Milliseconds from one interior map to the next, and at the last one. */
const PACE = 260;
const REST = 1400;
/** The table of numbers has at most so many rows. */
const MOST_ROWS = 33;

/**
 * What happens on the way from the baseline to the sample: the score, the logits and the gradient at each scale, and
 * the interior gradient at the scale that a slider chooses, or that plays.
 */
export class HeatlinePath extends LitElement {
  @property({ attribute: false }) path: PathData | null = null;
  @property({ attribute: false }) picture: Picture | null = null;
  @property({ attribute: false }) target: TargetScore | null = null;
  /** The baseline's name. */
  @property() baseline = '';
  @property() scaling: Scaling = 'common';
  @property() channel: Channel = 'magnitude';

  /** Index into the stops of the slider. */
  @state() private at = 0;
  @state() private playing = false;
  private timer = 0;
  /** Somebody has chosen a scale, which refinements keep. */
  private chosen = false;

  /** The scales that the slider stops at: those of the interior maps, or all where there are none. */
  private get stops(): number[] {
    const { path } = this;
    if (!path) return [];
    return path.maps && path.map_scales.length > 0 ? path.map_scales : path.scales;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('path') || !this.path) return;
    const before = changed.get('path');
    const scale = before && this.chosen ? this.scaleOf(before) : steepest(this.path);
    this.at = nearest(this.stops, scale);
  }

  private scaleOf(before: PathData): number {
    const stops = before.maps && before.map_scales.length > 0 ? before.map_scales : before.scales;
    return stops[this.at] ?? 1;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.halt();
  }

  protected override render(): unknown {
    const { path, target } = this;
    if (!path || !target || path.scales.length < 2) return nothing;
    const scale = this.stops[this.at] ?? 1;
    return html`
      <h3>${words.path}</h3>
      <div class="both ${this.picture?.kind ?? ''}">
        <div class="way">
          <div class="plots" @pointerdown=${this.point} @pointermove=${this.drag}>
            ${plotsOf(path, target).map((plot) => plotTemplate(plot, scale))}
          </div>
          ${this.renderSlider(scale)} ${this.renderReadout(path, target, scale)}
        </div>
        ${this.renderInterior(path, scale)}
      </div>
      ${this.renderTable(path)}
    `;
  }

  private renderSlider(scale: number): unknown {
    const last = this.stops.length - 1;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const name = still ? words.next : this.playing ? words.pause : words.play;
    const canPlay = this.path?.maps != null;
    return html`
      <div class="slide">
        <span class="ends">
          ${canPlay
            ? html`<button type="button" class="push play" aria-label=${name} @click=${still ? this.next : this.toggle}>
                <span aria-hidden="true">${still ? '▸▏' : this.playing ? '❚❚' : '▶'}</span>
                <span class="does">${name}</span>
              </button>`
            : nothing}
        </span>
        <span class="rail">
          <input
            type="range"
            min="0"
            max="1"
            step="any"
            aria-label=${words.scaleName}
            aria-valuetext=${words.atScale(number(scale), this.written(this.score(scale)))}
            .value=${String(scale)}
            @input=${this.slide}
            @keydown=${this.step}
          />
          <span class="names muted"
            ><span>${words.baselineEnd(this.baseline)}</span><span>${words.sampleEnd}</span></span
          >
        </span>
        <span class="muted count">${last >= 0 ? `${this.at + 1} / ${last + 1}` : nothing}</span>
      </div>
    `;
  }

  private renderReadout(path: PathData, target: TargetScore, scale: number): unknown {
    const top = [...path.classes].sort(
      (a, b) => valueAt(path.scales, b.logits, scale) - valueAt(path.scales, a.logits, scale),
    )[0];
    return html`
      <p class="readout" aria-live=${this.playing ? 'off' : 'polite'}>
        <strong>${words.scaleName} ${number(scale)}</strong>
        <span>${words.scores[target.score] ?? target.score} ${this.written(this.score(scale))}</span>
        <span class="muted">${words.gradientAt(number(valueAt(path.scales, path.magnitudes, scale)))}</span>
        ${top && path.classes.length > 1 ? html`<span class="muted">${words.leads(top.label)}</span>` : nothing}
      </p>
    `;
  }

  private renderInterior(path: PathData, scale: number): unknown {
    if (!path.maps || !this.picture) return nothing;
    const label = words.interiorLabel(this.target?.label ?? '', number(scale));
    return html`<div class="interior">
      <${staticTag('interior')}
        .picture=${this.picture}
        .maps=${path.maps}
        .index=${this.at}
        .scaling=${this.scaling}
        .channel=${this.channel}
        .label=${label}
      ></${staticTag('interior')}>
      <div class="controls">
        ${this.renderChoice('scaling', words.colours, [
          ['common', words.common, words.commonHint],
          ['own', words.own, words.ownHint],
        ])}
        ${this.picture.kind === 'image'
          ? this.renderChoice('channel', words.map, [
              ['magnitude', words.magnitude, words.magnitudeHint],
              ['signed', words.signed, words.signedHint],
            ])
          : nothing}
      </div>
    </div>`;
  }

  private renderChoice(name: 'scaling' | 'channel', legend: string, choices: [string, string, string][]): unknown {
    return html`
      <fieldset>
        <legend class="spoken">${legend}</legend>
        ${choices.map(
          ([value, text, hint]) => html`
            <label title=${hint}>
              <input
                type="radio"
                name=${name}
                value=${value}
                .checked=${this[name] === value}
                @change=${() => Object.assign(this, { [name]: value })}
              />${text}
            </label>
          `,
        )}
      </fieldset>
    `;
  }

  private renderTable({ scales, scores, magnitudes }: PathData): unknown {
    const every = Math.max(1, Math.ceil(scales.length / MOST_ROWS));
    const chosen = scales.map((_, i) => i).filter((i) => i % every === 0 || i === scales.length - 1);
    return html`
      <details>
        <summary>${words.numbersTitle(chosen.length)}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">${words.scaleName}</th>
              <th scope="col" class="number">${words.scoreName}</th>
              <th scope="col" class="number">${words.gradientName}</th>
            </tr>
          </thead>
          <tbody>
            ${chosen.map(
              (i) => html`
                <tr>
                  <th scope="row" class="number">${number(scales[i])}</th>
                  <td class="number">${this.written(scores[i])}</td>
                  <td class="number">${number(magnitudes[i])}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </details>
    `;
  }

  private score(scale: number): number {
    return this.path ? valueAt(this.path.scales, this.path.scores, scale) : 0;
  }

  private written(score: number): string {
    return written(this.target?.score, score);
  }

  // ---------------------------------------------------------------- moving along the path

  private slide(event: Event): void {
    this.stop();
    const input = event.target as HTMLInputElement;
    this.at = nearest(this.stops, Number(input.value));
    input.value = String(this.stops[this.at]);
  }

  private step(event: KeyboardEvent): void {
    const last = this.stops.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: this.at - 1,
      ArrowDown: this.at - 1,
      ArrowRight: this.at + 1,
      ArrowUp: this.at + 1,
      PageDown: this.at - 4,
      PageUp: this.at + 4,
      Home: 0,
      End: last,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.stop();
    this.at = Math.min(last, Math.max(0, moves[event.key]));
  }

  private point(event: PointerEvent): void {
    const box = (event.target as Element).closest('.plot')?.getBoundingClientRect();
    if (!box) return;
    this.stop();
    this.at = nearest(this.stops, (event.clientX - box.left) / box.width);
  }

  private drag(event: PointerEvent): void {
    if (event.buttons & 1) this.point(event);
  }

  private next(): void {
    this.at = (this.at + 1) % this.stops.length;
  }

  private toggle(): void {
    if (this.playing) return this.stop();
    this.playing = this.chosen = true;
    if (this.at === this.stops.length - 1) this.at = 0;
    this.wait();
  }

  private wait(): void {
    const rest = this.at === this.stops.length - 1 ? REST : PACE;
    this.timer = window.setTimeout(() => {
      this.next();
      this.wait();
    }, rest);
  }

  /** Somebody takes over: what plays stops, and the scale is theirs. */
  private stop(): void {
    this.halt();
    this.chosen = true;
  }

  private halt(): void {
    window.clearTimeout(this.timer);
    this.playing = false;
  }

  static override styles = [theme, controls, pathStyles];
}

function steepest({ scales, magnitudes }: PathData): number {
  return scales[magnitudes.indexOf(Math.max(...magnitudes))] ?? 1;
}
