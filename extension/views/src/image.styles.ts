import { css } from 'lit';

export const imageStyles = css`
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
    overflow: clip;
    border-radius: var(--_radius);
  }
  canvas {
    display: block;
    max-width: 100%;
    max-height: min(70vh, 560px);
    cursor: crosshair;
    transform-origin: 0 0;
    background: var(--_fill);
  }
  .stage:has(canvas:focus-visible) {
    outline: 2px solid var(--_focus);
    outline-offset: 3px;
  }
  .close {
    cursor: move;
    touch-action: none;
  }
  .zoom {
    display: inline-flex;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
  }
  .zoom button {
    min-width: 26px;
    padding: 1px 7px;
    border: none;
    border-radius: var(--_radius);
    background: none;
    color: var(--_text);
    font: inherit;
    cursor: pointer;
  }
  .zoom button:hover:enabled {
    background: var(--_fill);
  }
  .zoom button:disabled {
    color: var(--_muted);
    cursor: default;
  }
  .tiny {
    max-height: 320px;
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
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 10px;
    margin-top: 10px;
    font-size: 0.92em;
  }
  .how {
    flex: 1 0 100%;
  }
  figcaption > :not(.how) {
    white-space: nowrap;
  }
  .ramp {
    flex: 1 1 80px;
    max-width: 200px;
  }
  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: 0 10px;
    min-height: 1.45em;
    margin-top: 4px;
    font-size: 0.92em;
  }
`;
