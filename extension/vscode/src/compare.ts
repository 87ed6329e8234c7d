/** Which methods and classes are to stand side by side. */

import type { Method } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from './failure';
import type { ExplainAnswer, Question } from './question';

const METHODS: Record<Method, string> = {
  integrated: vscode.l10n.t('Integrated gradients'),
  interior: vscode.l10n.t('Interior gradients'),
  gradient: vscode.l10n.t('Gradient'),
  'input-x-gradient': vscode.l10n.t('Input × gradient'),
  smoothgrad: vscode.l10n.t('SmoothGrad'),
  'smoothgrad-squared': vscode.l10n.t('SmoothGrad squared'),
  vargrad: vscode.l10n.t('VarGrad'),
};

interface Item extends vscode.QuickPickItem {
  method?: Method;
  target?: number;
}

/** Asks for methods and classes; undefined where the person turned away. */
export async function pickComparison({ question, explanations }: ExplainAnswer): Promise<Question | undefined> {
  const [shown] = explanations;
  if (!shown) return undefined;
  const items: Item[] = [
    { label: vscode.l10n.t('Classes'), kind: vscode.QuickPickItemKind.Separator },
    ...shown.classes.map(({ label, index }) => ({ label, target: index, picked: index === shown.target.index })),
    { label: vscode.l10n.t('Methods'), kind: vscode.QuickPickItemKind.Separator },
    ...(Object.keys(METHODS) as Method[]).map((method) => ({
      label: METHODS[method],
      method,
      picked: method === shown.method,
    })),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Compare which classes and methods?'),
    placeHolder: vscode.l10n.t('Two classes or two methods at least; each class is explained by each method'),
    canPickMany: true,
  });
  if (!picked) return undefined;
  const methods = picked.flatMap(({ method }) => method ?? []);
  const targets = picked.flatMap(({ target }) => target ?? []);
  const compared = {
    methods: methods.length > 0 ? methods : [shown.method],
    targets: targets.length > 0 ? targets : [shown.target.index],
  };
  if (compared.methods.length * compared.targets.length < 2) {
    throw new Problem(vscode.l10n.t('One is nothing to compare.'), vscode.l10n.t('Pick two classes or two methods.'));
  }
  return { ...question, compared };
}
