/** The dialog that asks which methods and classes are to stand side by side. */

import type { Explanation, Method } from '@heatline/protocol';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Compared } from './answer.js';
import { Refusal } from './kernel/refusal.js';

/** Null where the person turns away; rejects with a `Refusal` where one alone was picked. */
export async function pickComparison(shown: Explanation, trans: TranslationBundle): Promise<Compared | null> {
  const body = new ComparisonForm(shown, trans);
  const result = await showDialog<Compared>({
    title: trans.__('Compare which classes and methods?'),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Compare') })],
    focusNodeSelector: 'input',
  });
  if (!result.button.accept || !result.value) return null;
  const { methods, targets } = result.value;
  const compared = {
    methods: methods.length > 0 ? methods : [shown.method],
    targets: targets.length > 0 ? targets : [shown.target.index],
  };
  if (compared.methods.length * compared.targets.length < 2) {
    throw new Refusal('bad-input', trans.__('One is nothing to compare'), trans.__('Pick two classes or two methods.'));
  }
  return compared;
}

class ComparisonForm extends Widget {
  private readonly classes: [HTMLInputElement, number][] = [];
  private readonly methods: [HTMLInputElement, Method][] = [];

  constructor({ classes, target, method }: Explanation, trans: TranslationBundle) {
    super();
    this.addClass('jp-heatline-Comparison');
    const [left, right] = [group(trans.__('Classes')), group(trans.__('Methods'))];
    for (const { label, index } of classes) this.classes.push([checkbox(left, label, index === target.index), index]);
    for (const [each, name] of methodNames(trans)) this.methods.push([checkbox(right, name, each === method), each]);
    const hint = document.createElement('p');
    hint.textContent = trans.__('Two classes or two methods at least; each class is explained by each method.');
    this.node.append(left, right, hint);
  }

  getValue(): Compared {
    return { methods: chosen(this.methods), targets: chosen(this.classes) };
  }
}

function methodNames(trans: TranslationBundle): [Method, string][] {
  return [
    ['integrated', trans.__('Integrated gradients')],
    ['interior', trans.__('Interior gradients')],
    ['gradient', trans.__('Gradient')],
    ['input-x-gradient', trans.__('Input × gradient')],
    ['smoothgrad', trans.__('SmoothGrad')],
    ['smoothgrad-squared', trans.__('SmoothGrad squared')],
    ['vargrad', trans.__('VarGrad')],
  ];
}

function chosen<T>(boxes: [HTMLInputElement, T][]): T[] {
  return boxes.filter(([box]) => box.checked).map(([, value]) => value);
}

function group(name: string): HTMLElement {
  const fieldset = document.createElement('fieldset');
  fieldset.append(Object.assign(document.createElement('legend'), { textContent: name }));
  return fieldset;
}

function checkbox(parent: HTMLElement, name: string, checked: boolean): HTMLInputElement {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked });
  const label = document.createElement('label');
  label.append(box, name);
  parent.append(label);
  return box;
}
