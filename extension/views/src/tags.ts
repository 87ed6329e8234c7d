/**
 * Names of the custom elements. A document has one registry for all of them, and two versions of heatline may meet
 * in it (a notebook's front end and a saved output of another version), so the version is part of the name.
 */

import { VERSION } from '@heatline/protocol';
import { unsafeStatic } from 'lit/static-html.js';

export type View =
  | 'result'
  | 'comparison'
  | 'average'
  | 'image'
  | 'text'
  | 'tabular'
  | 'path'
  | 'interior'
  | 'classes'
  | 'trust'
  | 'question';

export type Tag = `heatline-${View}-${string}`;

export function tag(view: View): Tag {
  return `heatline-${view}-${VERSION.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
}

/** The tag for use in a template of `lit/static-html.js`. */
export function staticTag(view: View): ReturnType<typeof unsafeStatic> {
  return unsafeStatic(tag(view));
}
