/** Where in an image a map lies, as shares of a 3 x 3 grid: the picture for those who do not see it. */

import { html } from 'lit';

import type { NumberMap } from './decode.js';
import { percent } from './format.js';
import { gridShares } from './scale.js';
import { words } from './words.js';

const GRID = 3;

/** One line: the class, and the region with most of the magnitude. */
export function spokenRegions(map: NumberMap, label: string): string {
  const shares = sharesOf(map);
  const flat = shares.flat();
  const most = flat.indexOf(Math.max(...flat));
  return words.imageLabel(label, words.places[Math.floor(most / GRID)][most % GRID], percent(flat[most]));
}

/** All regions in a table, folded away. */
export function regionsTable(map: NumberMap): unknown {
  return html`
    <details>
      <summary>${words.regionsTitle}</summary>
      <table>
        <thead>
          <tr>
            <td></td>
            ${words.columns.map((column) => html`<th scope="col" class="number">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${sharesOf(map).map(
            (row, y) => html`
              <tr>
                <th scope="row">${words.rows[y]}</th>
                ${row.map((share) => html`<td class="number">${percent(share)}</td>`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </details>
  `;
}

function sharesOf({ width, height, values }: NumberMap): number[][] {
  return gridShares(values, width, height, GRID, GRID);
}
