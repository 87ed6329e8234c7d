import { css } from 'lit';

export const pathStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 12px;
    container-type: inline-size;
    --_bounds: 52px;
    --_names: 140px;
  }
  .both,
  .way,
  .interior,
  .plots {
    display: flex;
    flex-direction: column;
    gap: 12px;
    min-width: 0;
  }
  .row,
  .slide {
    display: grid;
    grid-template-columns: var(--_bounds) 1fr var(--_names);
    column-gap: 10px;
    align-items: start;
  }
  .title {
    grid-column: 2 / -1;
    margin-bottom: 5px;
    font-size: 0.92em;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bounds {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    align-self: stretch;
    margin-block: -8px;
    font-size: 0.85em;
    text-align: end;
  }
  .plot {
    position: relative;
    border-block: 1px solid var(--_line);
    cursor: ew-resize;
    touch-action: pan-y;
  }
  svg {
    display: block;
    width: 100%;
    height: 100%;
    overflow: visible;
  }
  polyline {
    fill: none;
    stroke-width: 1.5;
    stroke-linejoin: round;
  }
  polyline.explained {
    stroke: var(--_positive);
    stroke-width: 2.25;
  }
  polyline.other {
    stroke: var(--_muted);
  }
  polyline.plain {
    stroke: var(--_text);
  }
  polygon.explained {
    fill: var(--_positive);
    opacity: 0.18;
  }
  polygon.plain {
    fill: var(--_text);
    opacity: 0.12;
  }
  .cursor,
  .mark {
    position: absolute;
    inset-block: -1px;
    width: 0;
    border-left: 1.5px solid var(--_text);
    translate: -0.75px 0;
    pointer-events: none;
  }
  .mark {
    border-left: 1px dashed var(--_muted);
  }
  .reason {
    position: absolute;
    bottom: 4px;
    font-size: 0.85em;
    white-space: nowrap;
    pointer-events: none;
  }
  .after {
    margin-left: 6px;
  }
  .before {
    translate: calc(-100% - 6px) 0;
  }
  .namesOf {
    position: relative;
    font-size: 0.85em;
  }
  .end {
    position: absolute;
    inset-inline: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    translate: 0 -50%;
  }
  .end.other {
    color: var(--_muted);
  }
  .slide {
    align-items: center;
  }
  .ends {
    justify-self: end;
  }
  .push.play {
    padding: 2px 8px;
    font-size: 0.85em;
    white-space: nowrap;
  }
  .rail {
    display: block;
    min-width: 0;
  }
  .rail input {
    display: block;
    /* The thumb's centre, not its edge, stands under the cursor. */
    width: calc(100% + 14px);
    margin-inline: -7px;
  }
  .names {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    font-size: 0.85em;
  }
  .count {
    font-size: 0.85em;
  }
  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 14px;
    min-height: 1.45em;
    font-size: 0.92em;
  }
  @container (min-width: 780px) {
    .both.image:has(.interior) {
      display: grid;
      grid-template-columns: 3fr 2fr;
      gap: 28px;
    }
  }
  @container (max-width: 460px) {
    .both {
      --_bounds: 40px;
      --_names: 84px;
    }
    .does {
      display: none;
    }
  }
  @media (forced-colors: active) {
    polyline {
      forced-color-adjust: none;
    }
  }
`;
