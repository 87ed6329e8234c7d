/** The script of the result panel: hands what the extension says to the view, and back what the person does. */

import { createResult } from '@heatline/views';

import type { FromWebview, ToWebview } from '../messages';

declare function acquireVsCodeApi(): { postMessage(message: FromWebview): void };

const host = acquireVsCodeApi();
const result = createResult(document);
document.body.append(result);
result.addEventListener('heatline-cancel', () => host.postMessage({ kind: 'cancel' }));
window.addEventListener('message', (event: MessageEvent<ToWebview>) => Object.assign(result, event.data));
host.postMessage({ kind: 'ready' });
