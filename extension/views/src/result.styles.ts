import { css } from 'lit';

export const resultStyles = css`
  :host {
    container-type: inline-size;
  }
  header {
    margin-bottom: 14px;
  }
  h2 {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 10px;
    font-size: 1.55em;
    font-weight: 600;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  .score {
    font-weight: 400;
    color: var(--_muted);
  }
  .badge {
    align-self: center;
    padding: 1px 8px;
    border: 1px solid var(--_line);
    border-radius: 999px;
    background: var(--_fill);
    color: var(--_muted);
    font-size: 0.5em;
    font-weight: 400;
    line-height: 1.6;
  }
  header + :not(.body) {
    margin-bottom: 14px;
  }
  .names {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
    overflow-wrap: anywhere;
  }
  .body {
    display: flex;
    flex-direction: column;
    gap: 20px;
  }
  .side {
    display: flex;
    flex-direction: column;
    gap: 18px;
    min-width: 0;
  }
  @container (min-width: 620px) {
    .body.image {
      display: grid;
      grid-template-columns: minmax(300px, 5fr) minmax(210px, 3fr);
      gap: 28px;
      align-items: start;
    }
    .body:not(.image) .side {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
      gap: 28px;
    }
  }
  .progress {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 10px;
    margin-bottom: 14px;
    min-height: 28px;
  }
  .progress .message {
    flex: 1;
  }
  .track {
    flex: 1 0 100%;
    height: 3px;
    overflow: hidden;
    border-radius: 2px;
    background: color-mix(in srgb, var(--_text) 12%, transparent);
  }
  .bar {
    height: 100%;
    border-radius: 2px;
    background: var(--heatline-accent, var(--vscode-progressBar-background, var(--_accent)));
    transition: width 0.2s ease-out;
  }
  .bar.unknown {
    animation: wander 1.4s ease-in-out infinite alternate;
  }
  @keyframes wander {
    from {
      margin-left: 0;
    }
    to {
      margin-left: 70%;
    }
  }
  .failure {
    display: flex;
    flex-direction: column;
    gap: 2px;
    margin-bottom: 14px;
    padding: 10px 14px;
    border: 1px solid var(--vscode-contrastBorder, color-mix(in srgb, var(--_error) 40%, transparent));
    border-left: 3px solid var(--_error);
    border-radius: var(--_radius);
    background: color-mix(in srgb, var(--_error) 8%, transparent);
    overflow-wrap: anywhere;
  }
  .failure strong {
    font-weight: 600;
  }
  .skeleton div {
    border-radius: var(--_radius);
    background: var(--_fill);
  }
  .square {
    aspect-ratio: 4 / 3;
    max-height: min(70vh, 560px);
  }
  .skeleton:not(.image) .square {
    aspect-ratio: auto;
    height: 130px;
  }
  .lines {
    height: 120px;
  }
  ul {
    padding-left: 1.2em;
    font-size: 0.92em;
  }
  section h3 {
    margin-bottom: 2px;
  }
  .path {
    margin-top: 24px;
    padding-top: 18px;
    border-top: 1px solid var(--_line);
  }
`;
