import { type ReactiveController, type ReactiveControllerHost, type TemplateResult, html } from 'lit';

import { CLOSEST, type Place, type Viewport, WHOLE, pulled, showing, zoomed } from './viewport.js';
import { words } from './words.js';

const STEP = 1.5;
/** Of a mouse wheel's notch of 100 pixels. */
const WHEEL = 0.004;

/** Zoom and pan of a picture: Ctrl and the wheel (or a pinch), a double click, a drag, the keys + - 0, and buttons. */
export class Zoom implements ReactiveController {
  view: Viewport = WHOLE;
  private grip: { x: number; y: number } | null = null;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.set(WHOLE);
  }

  get isClose(): boolean {
    return this.view.zoom > 1;
  }

  /** Being dragged: the pointer reads nothing meanwhile. */
  get isHeld(): boolean {
    return this.grip !== null;
  }

  set(view: Viewport): void {
    this.view = view;
    this.host.requestUpdate();
  }

  /** Brings a point of the picture into sight. */
  show(at: Place): void {
    this.set(showing(this.view, at));
  }

  /** The plain wheel goes on scrolling the page. */
  readonly wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.set(zoomed(this.view, Math.exp(-WHEEL * event.deltaY), place(event)));
  };

  readonly doubleClick = (event: MouseEvent): void => {
    this.set(zoomed(this.view, event.shiftKey ? 1 / STEP : STEP * STEP, place(event)));
  };

  readonly take = (event: PointerEvent): void => {
    if (!this.isClose || event.button !== 0) return;
    this.grip = { x: event.clientX, y: event.clientY };
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };

  readonly drag = (event: PointerEvent): void => {
    if (!this.grip) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const scale = this.view.zoom;
    const [dx, dy] = [event.clientX - this.grip.x, event.clientY - this.grip.y];
    this.grip = { x: event.clientX, y: event.clientY };
    this.set(pulled(this.view, (dx * scale) / box.width, (dy * scale) / box.height));
  };

  readonly release = (): void => {
    this.grip = null;
  };

  /** Whether the key was one of ours. */
  key(key: string, at?: Place): boolean {
    const factors: Record<string, number> = { '+': STEP, '=': STEP, '-': 1 / STEP };
    if (key === '0') this.set(WHOLE);
    else if (key in factors) this.set(zoomed(this.view, factors[key], at));
    else return false;
    return true;
  }

  buttons(): TemplateResult {
    const button = (name: string, sign: string, key: string, off: boolean): TemplateResult => html`
      <button type="button" title=${name} aria-label=${name} ?disabled=${off} @click=${() => this.key(key)}>${sign}</button>
    `;
    return html`
      <span class="zoom" role="group" aria-label=${words.zoom}>
        ${button(words.zoomOut, '\u2212', '-', !this.isClose)}
        ${button(words.whole, `${Math.round(100 * this.view.zoom)} %`, '0', !this.isClose)}
        ${button(words.zoomIn, '+', '+', this.view.zoom >= CLOSEST)}
      </span>
    `;
  }
}

/** Where an event happened on the element that listens, as fractions of the picture drawn there. */
export function place(event: MouseEvent): Place {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}
