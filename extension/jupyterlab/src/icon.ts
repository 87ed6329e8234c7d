import { LabIcon } from '@jupyterlab/ui-components';

/** Rows of a small heatmap. */
const SQUARES = [
  [1, 0.35, 0.2],
  [0.6, 1, 0.35],
  [0.2, 0.6, 1],
];

const rects = SQUARES.flatMap((row, y) =>
  row.map((opacity, x) => `<rect x="${2 + 4.2 * x}" y="${2 + 4.2 * y}" width="3.6" height="3.6" rx="0.6" opacity="${opacity}"/>`),
).join('');

export const heatlineIcon = new LabIcon({
  name: 'heatline:icon',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g class="jp-icon3" fill="#616161">${rects}</g></svg>`,
});
