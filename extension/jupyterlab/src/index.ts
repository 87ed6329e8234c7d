/**
 * heatline in JupyterLab.
 *
 *     explain.ts   the command, its places in menus, its settings
 *     mime.ts      draws explanations in outputs
 *     inline.ts    colours words inside cells
 *     restore.ts   colours them again when a notebook is opened
 *     hover.ts     says at the pointer what a chosen model makes of what stands there
 *     files.ts     images and checkpoints of the file browser, in a kernel that no notebook shows
 *     agents.ts    the agent and the models that were chosen, for the others
 *     pictures.ts  the look of all pictures
 *     panel.ts     the side panel: history, comparison, export
 *     status.ts    the status bar
 *
 * Below them: explainer.ts carries one question from the gesture to the saved output, question.ts completes it,
 * kernel/ asks the agent inside the notebook's kernel.
 */

import agents from './agents.js';
import explain from './explain.js';
import files from './files.js';
import hover from './hover.js';
import inline from './inline.js';
import mime from './mime.js';
import panel from './panel.js';
import pictures from './pictures.js';
import restore from './restore.js';
import status from './status.js';

export default [pictures, agents, mime, inline, restore, panel, explain, status, hover, files].flat();
