import type { Explanation, Method, Picture, Score } from '@heatline/protocol';
import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';

import { type Ask, ask } from './ask.js';
import { controls, theme } from './theme.js';
import { words } from './words.js';

const METHODS: readonly Method[] = [
  'integrated',
  'interior',
  'gradient',
  'input-x-gradient',
  'smoothgrad',
  'smoothgrad-squared',
  'vargrad',
];
const SCORES: readonly Score[] = ['probability', 'logit', 'log-probability'];
/** Baselines that have a name, of each kind of sample. */
const BASELINES: Record<Picture['kind'], readonly string[]> = {
  image: ['black', 'grey', 'white', 'blurred', 'noise', 'mean'],
  text: ['zero', 'pad', 'mask'],
  tabular: ['zero', 'mean'],
};
/** Methods that take a number of gradients along a path. */
const ON_A_PATH: readonly string[] = ['integrated', 'interior'];

/**
 * How the explanation was asked for; a change asks for another one.
 *
 * @fires heatline-ask
 */
export class HeatlineQuestion extends LitElement {
  @property({ attribute: false }) explanation: Explanation | null = null;

  protected override render(): unknown {
    const { explanation } = this;
    if (!explanation) return nothing;
    const { method, target, baseline, picture, gradient_evaluations: gradients } = explanation;
    return html`
      <div class="controls" role="group" aria-label=${words.question}>
        ${this.select(words.method, 'method', METHODS, method, (name) => words.methods[name] ?? name)}
        ${target.score === 'value'
          ? nothing
          : this.select(words.scoreName, 'score', SCORES, target.score, (name) => words.scores[name] ?? name)}
        ${baseline === null
          ? nothing
          : this.select(words.baseline, 'baseline', ...named(BASELINES[picture.kind] ?? [], baseline), String)}
        ${ON_A_PATH.includes(method) ? this.renderSteps(gradients) : nothing}
      </div>
    `;
  }

  private select<Name extends string>(
    title: string,
    key: keyof Ask,
    choices: readonly Name[],
    chosen: Name,
    write: (name: Name) => string,
  ): unknown {
    return html`
      <label>
        ${title}
        <select name=${key} @change=${(event: Event) => ask(this, { [key]: (event.target as HTMLSelectElement).value })}>
          ${choices.map(
            (name) => html`<option value=${name} .selected=${name === chosen}>${write(name)}</option>`,
          )}
        </select>
      </label>
    `;
  }

  private renderSteps(gradients: number): unknown {
    return html`
      <label title=${words.stepsHint}>
        ${words.steps}
        <input
          type="number"
          name="steps"
          min="1"
          max="100000"
          .value=${String(gradients)}
          @change=${(event: Event) => {
            const steps = Math.round(Number((event.target as HTMLInputElement).value));
            if (steps >= 1) ask(this, { steps });
          }}
        />
      </label>
    `;
  }

  static override styles = [
    theme,
    controls,
    css`
      label {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        color: var(--_muted);
      }
      input {
        width: 5.5em;
      }
    `,
  ];
}

/** The names, and which one a result's own name for its baseline (such as `zero embedding`) stands for. */
export function named(names: readonly string[], written: string): [string[], string] {
  const chosen = names.find((name) => written === name || written.startsWith(`${name} `));
  return chosen === undefined ? [[written, ...names], written] : [[...names], chosen];
}
