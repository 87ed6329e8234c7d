/**
 * The views: custom elements that draw explanations. They know no editor, ask no server and load nothing.
 *
 *     defineViews();
 *     const result = createResult(document);
 *     result.progress = { message: 'Loading the model', percentage: 0, seconds_left: null };
 *     result.addEventListener('heatline-cancel', () => ...);
 *     result.explanation = explanation;     // a preview, then better ones, then the final one
 *     result.progress = null;
 *
 * Their look follows VS Code's and JupyterLab's themes; `--heatline-*` custom properties override it (theme.ts).
 */

export { createAverage, createComparison, createResult, defineViews } from './define.js';
export { HeatlineResult } from './result.js';
export type { Expected, Failure, Progress } from './result.js';
export { HeatlineAverage } from './average.js';
export { HeatlineComparison } from './comparison.js';
export { HeatlineImage } from './image.js';
export { HeatlineText } from './text.js';
export { HeatlineTabular } from './tabular.js';
export { HeatlinePath } from './path.js';
export { HeatlineInterior } from './interior.js';
export { HeatlineClasses } from './classes.js';
export { HeatlineTrust } from './trust.js';
export { HeatlineQuestion } from './question.js';
export { ASK } from './ask.js';
export type { Ask } from './ask.js';
export { isExplanation, unreadable } from './saved.js';
export { translate } from './words.js';
export { tag } from './tags.js';
export type { Tag, View } from './tags.js';
export { DIVERGING, NEGATIVE, POSITIVE, SEQUENTIAL, colourAt } from './palette.js';
export { PALETTES, PALETTE_CHOSEN, paletteInUse, usePalette } from './palettes.js';
export type { PaletteName } from './palettes.js';
export { lookAtFirst } from './first-look.js';
export type { Look } from './first-look.js';
export { number, percent, signed } from './format.js';
export { drawThumbnail } from './thumbnail.js';
export { fullStrength, PERCENTILE } from './scale.js';
