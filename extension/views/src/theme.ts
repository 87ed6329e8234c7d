/**
 * One look for every host. Each colour is taken from the first of: our own property, which a page may set; VS Code's
 * theme; JupyterLab's theme; a default for light and dark pages.
 */

import { css, unsafeCSS } from 'lit';

import { NEGATIVE, POSITIVE } from './palette.js';

export const theme = css`
  :host {
    --_text: var(--heatline-text, var(--vscode-foreground, var(--jp-ui-font-color1, light-dark(#1f2328, #e4e7eb))));
    --_muted: var(
      --heatline-muted,
      var(--vscode-descriptionForeground, var(--jp-ui-font-color2, light-dark(#59636e, #9aa4af)))
    );
    --_accent: var(--heatline-accent, var(--vscode-button-background, var(--jp-brand-color1, #1f6feb)));
    --_focus: var(--heatline-focus, var(--vscode-focusBorder, var(--jp-brand-color1, #1f6feb)));
    --_warning: var(
      --heatline-warning,
      var(--vscode-editorWarning-foreground, var(--jp-warn-color0, light-dark(#9a6700, #d9a520)))
    );
    --_error: var(
      --heatline-error,
      var(--vscode-errorForeground, var(--jp-error-color1, light-dark(#c5221f, #f2777a)))
    );
    --_line: var(
      --heatline-line,
      var(--vscode-contrastBorder, color-mix(in srgb, var(--_text) 14%, transparent))
    );
    --_fill: var(--heatline-fill, color-mix(in srgb, var(--_text) 6%, transparent));
    --_positive: var(--heatline-positive, ${unsafeCSS(POSITIVE)});
    --_negative: var(--heatline-negative, ${unsafeCSS(NEGATIVE)});
    --_font: var(--heatline-font, var(--vscode-font-family, var(--jp-ui-font-family, system-ui, sans-serif)));
    --_size: var(--heatline-size, var(--vscode-font-size, var(--jp-ui-font-size1, 13px)));
    --_radius: 6px;
    display: block;
    box-sizing: border-box;
    color: var(--_text);
    font: var(--_size) / 1.45 var(--_font);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  h2,
  h3,
  p,
  ul,
  ol,
  figure,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  h3 {
    font-size: 0.85em;
    font-weight: 600;
    letter-spacing: 0.02em;
    color: var(--_muted);
  }
  .muted {
    color: var(--_muted);
  }
  .problem {
    color: var(--_error);
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
    }
  }
`;

/** Controls: a pair of choices, a slider, a button, a list to choose from, a fold with a table. */
export const controls = css`
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 16px;
    font-size: 0.92em;
  }
  fieldset {
    display: inline-flex;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    margin: 0;
    padding: 1px;
    min-inline-size: 0;
  }
  fieldset label {
    position: relative;
    padding: 1px 10px;
    border-radius: calc(var(--_radius) - 2px);
    color: var(--_muted);
    cursor: pointer;
  }
  fieldset label:hover {
    color: var(--_text);
  }
  fieldset label:has(:checked) {
    background: color-mix(in srgb, var(--_text) 12%, transparent);
    color: var(--_text);
    box-shadow: inset 0 0 0 1px var(--vscode-contrastActiveBorder, transparent);
  }
  fieldset label:has(:focus-visible) {
    outline: 2px solid var(--_focus);
    outline-offset: 1px;
  }
  fieldset input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .slider {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    color: var(--_muted);
  }
  input[type='range'] {
    appearance: none;
    width: 84px;
    height: 16px;
    margin: 0;
    background: transparent;
    cursor: pointer;
  }
  ::-webkit-slider-runnable-track {
    height: 4px;
    border-radius: 2px;
    background: color-mix(in srgb, var(--_text) 20%, transparent);
  }
  ::-moz-range-track {
    height: 4px;
    border-radius: 2px;
    background: color-mix(in srgb, var(--_text) 20%, transparent);
  }
  ::-webkit-slider-thumb {
    appearance: none;
    width: 12px;
    height: 12px;
    margin-top: -4px;
    border-radius: 50%;
    background: var(--vscode-contrastBorder, var(--_accent));
  }
  ::-moz-range-thumb {
    width: 12px;
    height: 12px;
    border: none;
    border-radius: 50%;
    background: var(--vscode-contrastBorder, var(--_accent));
  }
  button.push {
    padding: 2px 10px;
    border: 1px solid var(--vscode-button-border, var(--_line));
    border-radius: 4px;
    background: var(--vscode-button-secondaryBackground, var(--_fill));
    color: var(--vscode-button-secondaryForeground, var(--_text));
    font: inherit;
    cursor: pointer;
  }
  button.push:hover {
    background: var(--vscode-button-secondaryHoverBackground, color-mix(in srgb, var(--_text) 12%, transparent));
  }
  select,
  input[type='number'] {
    padding: 2px 6px;
    border: 1px solid var(--vscode-dropdown-border, var(--_line));
    border-radius: 4px;
    background: var(--vscode-dropdown-background, var(--_fill));
    color: var(--vscode-dropdown-foreground, var(--_text));
    font: inherit;
  }
  option {
    background: var(--vscode-dropdown-background, Canvas);
    color: var(--vscode-dropdown-foreground, CanvasText);
  }
  details > summary {
    cursor: pointer;
    color: var(--_muted);
    font-size: 0.92em;
    width: fit-content;
  }
  details > summary:hover {
    color: var(--_text);
  }
  table {
    border-collapse: collapse;
    font-size: 0.92em;
    margin-top: 6px;
  }
  th {
    font-weight: 600;
    color: var(--_muted);
  }
  th,
  td {
    text-align: start;
    padding: 1px 16px 1px 0;
  }
  td.number,
  th.number {
    text-align: end;
  }
  @media (forced-colors: active) {
    fieldset label:has(:checked) {
      outline: 2px solid Highlight;
    }
  }
`;

/** What values are drawn with: bars to both sides of an axis, and the colours of a scale. */
export const marks = css`
  .axis {
    position: relative;
    padding: 0;
    background: linear-gradient(var(--_line), var(--_line)) center / 1px 100% no-repeat;
  }
  .axis .bar {
    position: absolute;
    top: 20%;
    height: 60%;
    forced-color-adjust: none;
  }
  .axis .plus {
    left: 50%;
    background: var(--_positive);
  }
  .axis .minus {
    right: 50%;
    background: var(--_negative);
  }
  .ramp {
    height: 9px;
    border-radius: 3px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    forced-color-adjust: none;
  }
`;
