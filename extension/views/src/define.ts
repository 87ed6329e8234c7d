import { HeatlineAverage } from './average.js';
import { HeatlineClasses } from './classes.js';
import { HeatlineComparison } from './comparison.js';
import { HeatlineImage } from './image.js';
import { HeatlineInterior } from './interior.js';
import { HeatlinePath } from './path.js';
import { HeatlineQuestion } from './question.js';
import { HeatlineResult } from './result.js';
import { HeatlineTabular } from './tabular.js';
import { type View, tag } from './tags.js';
import { HeatlineText } from './text.js';
import { HeatlineTrust } from './trust.js';

const ELEMENTS: Record<View, CustomElementConstructor> = {
  result: HeatlineResult,
  comparison: HeatlineComparison,
  average: HeatlineAverage,
  image: HeatlineImage,
  text: HeatlineText,
  tabular: HeatlineTabular,
  path: HeatlinePath,
  interior: HeatlineInterior,
  classes: HeatlineClasses,
  trust: HeatlineTrust,
  question: HeatlineQuestion,
};

/** Registers the elements of this version; does nothing where they are registered already. */
export function defineViews(): void {
  for (const view of Object.keys(ELEMENTS) as View[]) {
    if (!customElements.get(tag(view))) customElements.define(tag(view), ELEMENTS[view]);
  }
}

/** An element of this version for averages. */
export function createAverage(document: Document): HeatlineAverage {
  defineViews();
  return document.createElement(tag('average')) as HeatlineAverage;
}

/** A comparison element of this version. */
export function createComparison(document: Document): HeatlineComparison {
  defineViews();
  return document.createElement(tag('comparison')) as HeatlineComparison;
}

/** A result element of this version, ready to be put somewhere. */
export function createResult(document: Document): HeatlineResult {
  defineViews();
  return document.createElement(tag('result')) as HeatlineResult;
}
