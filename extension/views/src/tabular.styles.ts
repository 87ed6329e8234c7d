import { css } from 'lit';

export const tabularStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 10px;
  }
  .search {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 12px;
    font-size: 0.92em;
  }
  input[type='search'] {
    width: 220px;
    max-width: 100%;
    padding: 3px 8px;
    border: 1px solid var(--vscode-input-border, var(--_line));
    border-radius: 4px;
    background: var(--vscode-input-background, var(--_fill));
    color: var(--vscode-input-foreground, var(--_text));
    font: inherit;
  }
  button {
    padding: 0;
    border: 0;
    background: none;
    color: var(--vscode-textLink-foreground, var(--_text));
    font: inherit;
    text-decoration: underline;
    text-underline-offset: 2px;
    cursor: pointer;
  }
  table {
    width: 100%;
    margin: 0;
    table-layout: auto;
  }
  th,
  td {
    padding: 0;
    height: 26px;
    vertical-align: middle;
  }
  tbody th {
    max-width: 15em;
    padding-inline-end: 12px;
    color: var(--_text);
    font-weight: 400;
    text-align: end;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  tbody tr:not(.column) th {
    color: var(--_muted);
  }
  .value {
    font-weight: 600;
  }
  .track {
    position: relative;
    width: 60%;
    min-width: 90px;
  }
  .number {
    width: 1%;
    padding-inline-start: 14px;
    text-align: end;
    white-space: nowrap;
  }
  tbody tr:hover > * {
    background: var(--_fill);
  }
  .bar {
    position: absolute;
    top: 5px;
    height: 16px;
    min-width: 2px;
    forced-color-adjust: none;
  }
  /* A bar points to where it leads, so that its sign is no matter of colour alone. */
  .plus {
    background: var(--_positive);
    clip-path: polygon(0 0, max(0%, 100% - 5px) 0, 100% 50%, max(0%, 100% - 5px) 100%, 0 100%);
  }
  .minus {
    background: var(--_negative);
    clip-path: polygon(min(100%, 5px) 0, 100% 0, 100% 100%, min(100%, 5px) 100%, 0 50%);
  }
  .unaccounted {
    background: repeating-linear-gradient(45deg, var(--_muted) 0 2px, transparent 2px 5px);
  }
  .joint,
  .tick {
    position: absolute;
    width: 1px;
    background: var(--_muted);
  }
  .joint {
    top: 21px;
    height: 10px;
  }
  .tick {
    top: 5px;
    width: 2px;
    height: 16px;
    background: var(--_text);
    translate: -1px 0;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 18px;
    font-size: 0.92em;
  }
  .sample {
    position: static;
    display: inline-block;
    width: 18px;
    height: 11px;
    margin-inline-end: 6px;
  }
`;
