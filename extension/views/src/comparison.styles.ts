import { css } from 'lit';

export const comparisonStyles = css`
  :host {
    container-type: inline-size;
  }
  header {
    margin-bottom: 16px;
  }
  h2 {
    font-size: 1.35em;
    font-weight: 600;
  }
  .grid {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 26px 24px;
  }
  @container (min-width: 620px) {
    .grid.image {
      grid-template-columns: repeat(auto-fit, minmax(280px, 1fr));
    }
    /* Pictures beside each other stand at one height, however long the words above them are. */
    .grid.image section {
      display: grid;
      grid-row: span 3;
      grid-template-rows: subgrid;
      row-gap: 2px;
      align-items: start;
    }
  }
  section {
    min-width: 0;
  }
  section > h3 {
    font-size: 1.05em;
    color: var(--_text);
    overflow-wrap: anywhere;
  }
  section > p {
    margin-bottom: 8px;
    font-size: 0.92em;
  }
  .difference {
    padding-top: 14px;
    border-top: 1px solid var(--_line);
  }
  .image .difference {
    padding-top: 0;
    border-top: none;
  }
  .badge {
    margin-inline-start: 6px;
    padding: 0 8px;
    border: 1px solid var(--_line);
    border-radius: 999px;
  }
`;
