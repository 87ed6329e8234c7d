/** One plot of a path: lines over the scale, the ends of its span at the left, the lines' names at the right. */

import type { PathData, TargetScore } from '@heatline/protocol';
import { html, nothing, svg } from 'lit';

import { type Span, apart, area, depth, points, reached, spanOf } from './curve.js';
import { number, written } from './format.js';
import { words } from './words.js';

export interface Line {
  values: number[];
  /** Stands at the line's end. */
  end: string;
  kind: 'explained' | 'other' | 'plain';
  /** As SVG's `stroke-dasharray`; of other classes only. */
  dash: string;
}

export interface Plot {
  title: string;
  lines: Line[];
  scales: number[];
  span: Span;
  /** Whether what lies between a line and 0 is filled. */
  area: boolean;
  /** A scale that stands out, and why. */
  mark: { scale: number; text: string } | null;
}

/** Where the score has come so far of its way, the curve says so. */
const REACHED = 0.9;

/** Of the classes that are not explained, in turn. */
const DASHES = ['5 3', '2 3', '8 3 2 3', '1 3'];

/** Pixels of a plot, and from name to name. */
const HEIGHT = 84;
const NAME = 14;

/** The score, the logits of the top classes, and the gradient's magnitude. */
export function plotsOf({ scales, scores, classes, magnitudes }: PathData, target: TargetScore): Plot[] {
  const one = (values: number[], end: string, kind: Line['kind']): Line[] => [{ values, end, kind, dash: '' }];
  const last = (values: number[]): number => values[values.length - 1];
  const mark = reached(scales, scores, REACHED);
  const stands = mark !== null && mark > 0.01 && mark < 0.99;
  const plots: Plot[] = [
    {
      title: words.scoreOf(words.scores[target.score] ?? target.score, target.label),
      lines: one(scores, written(target.score, last(scores)), 'explained'),
      scales,
      span: spanOf(scores, true),
      area: true,
      mark: stands ? { scale: mark, text: words.reached(REACHED, number(mark)) } : null,
    },
    {
      title: words.logits,
      // The values of a regression are drawn as its score.
      lines: target.score === 'value' ? [] : classes.map(({ index, label, logits }, i) => ({
        values: logits,
        end: `${number(last(logits))} ${label}`,
        kind: index === target.index ? 'explained' : 'other',
        dash: DASHES[i % DASHES.length],
      })),
      scales,
      span: spanOf(classes.flatMap(({ logits }) => logits), false),
      area: false,
      mark: null,
    },
    {
      title: words.magnitudes,
      lines: one(magnitudes, number(last(magnitudes)), 'plain'),
      scales,
      span: spanOf(magnitudes, true),
      area: true,
      mark: null,
    },
  ];
  return plots.filter(({ lines }) => lines.length > 0);
}

export function plotTemplate({ title, lines, scales, span, area: filled, mark }: Plot, scale: number): unknown {
  const ends = lines.map(({ values }) => HEIGHT * depth(values[values.length - 1], span));
  const places = apart(ends, NAME, HEIGHT);
  const small = 1e-3 * (span.upper - span.lower);
  const shown = (value: number): string => number(Math.abs(value) < small ? 0 : value);
  return html`
    <div class="row">
      <span class="title">${title}</span>
      <span class="bounds muted" aria-hidden="true"><span>${shown(span.upper)}</span><span>${shown(span.lower)}</span></span>
      <div class="plot" style="height: ${HEIGHT}px">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          ${filled
            ? lines.map(
                ({ values, kind }) => svg`<polygon class=${kind} points=${area(scales, values, span)}></polygon>`,
              )
            : nothing}
          ${lines.map(
            ({ values, kind, dash }) => svg`<polyline
              class=${kind}
              points=${points(scales, values, span)}
              stroke-dasharray=${kind === 'other' ? dash : 'none'}
              vector-effect="non-scaling-stroke"
            ></polyline>`,
          )}
        </svg>
        ${mark
          ? html`<span class="mark" style="left: ${100 * mark.scale}%"></span>
              <span class="reason muted ${mark.scale < 0.6 ? 'after' : 'before'}" style="left: ${100 * mark.scale}%"
                >${mark.text}</span
              >`
          : nothing}
        <span class="cursor" style="left: ${100 * scale}%"></span>
      </div>
      <div class="namesOf" style="height: ${HEIGHT}px" aria-hidden="true">
        ${lines.map(
          ({ end, kind }, i) =>
            html`<span class="end ${kind}" style="top: ${places[i]}px" title=${end}>${end}</span>`,
        )}
      </div>
    </div>
  `;
}
