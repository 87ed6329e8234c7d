/**
 * heatline in JupyterLab.
 *
 *     explain.ts   the command, its places in menus, its settings
 *     mime.ts      draws explanations in outputs
 *     inline.ts    colours words inside cells
 *
 * Below them: explainer.ts carries one question from the gesture to the saved output, question.ts completes it,
 * kernel/ asks the agent inside the notebook's kernel.
 */

import explain from './explain.js';
import inline from './inline.js';
import mime from './mime.js';

export default [mime, inline, explain];
