import type { Completeness, TabularPicture, TargetScore } from '@heatline/protocol';
import { LitElement, type PropertyValues, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';

import { percent, signed, written } from './format.js';
import { sumOfMagnitudes } from './scale.js';
import { tabularStyles } from './tabular.styles.js';
import { controls, theme } from './theme.js';
import { type Row, placer, waterfall } from './waterfall.js';
import { words } from './words.js';

/** More columns than this are taken together until one asks for all of them, or for some by name. */
const MANY = 14;

/** How the columns of a row carry the score from the baseline to what it is, as a table of bars. */
export class HeatlineTabular extends LitElement {
  @property({ attribute: false }) picture: TabularPicture | null = null;
  /** The score that is explained; its ends are where the bars begin and where they lead. */
  @property({ attribute: false }) target: TargetScore | null = null;
  @property({ attribute: false }) completeness: Completeness | null = null;
  /** The baseline's name. */
  @property() baseline = '';

  @state() private all = false;
  @state() private wanted = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('picture') && this.picture?.columns.length !== changed.get('picture')?.columns.length) {
      this.all = false;
      this.wanted = '';
    }
  }

  protected override render(): unknown {
    const { picture } = this;
    if (!picture) return nothing;
    if (picture.columns.length === 0) return html`<p class="muted">${words.noColumns}</p>`;
    const every = this.all || this.wanted !== '';
    const rows = waterfall(picture.columns, this.target, this.completeness, every ? Infinity : MANY);
    const place = placer(rows);
    const shown = rows.filter((row) => this.isWanted(row));
    const total = sumOfMagnitudes(picture.columns.map(({ score }) => score)) || 1;
    return html`
      ${picture.columns.length > MANY ? this.renderSearch(shown.length) : nothing}
      <table>
        <caption class="spoken">${words.columnsLabel(this.target?.label ?? '')}</caption>
        <thead class="spoken">
          <tr>
            <th scope="col">${words.column}</th>
            <td></td>
            <th scope="col">${words.value}</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((row, i) => this.renderRow(row, shown[i + 1], place, total))}
        </tbody>
      </table>
      ${shown.length === 0 ? html`<p class="muted">${words.noMatch(this.wanted)}</p>` : nothing}
      ${this.renderLegend()}
    `;
  }

  private renderSearch(count: number): unknown {
    return html`
      <div class="search">
        <input
          type="search"
          placeholder=${words.findColumn}
          aria-label=${words.findColumn}
          .value=${this.wanted}
          @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value.trim())}
        />
        <span class="muted" aria-live="polite">${this.wanted ? words.found(count) : nothing}</span>
        ${this.all && !this.wanted
          ? html`<button type="button" @click=${() => (this.all = false)}>${words.fewer}</button>`
          : nothing}
      </div>
    `;
  }

  private renderRow(row: Row, next: Row | undefined, place: (value: number) => number, total: number): unknown {
    const score = row.to - row.from;
    const [left, right] = [place(Math.min(row.from, row.to)), place(Math.max(row.from, row.to))];
    const isEnd = row.kind === 'start' || row.kind === 'end';
    const sign = row.kind === 'gap' ? 'unaccounted' : score < 0 ? 'minus' : 'plus';
    const share = isEnd ? '' : words.share(percent(Math.abs(score) / total));
    const joined = next !== undefined && !this.wanted && row.kind !== 'end' && next.from === row.to;
    return html`
      <tr class=${row.kind} title=${share}>
        <th scope="row" dir="auto">${this.renderName(row)}</th>
        <td class="track" aria-hidden="true">
          ${isEnd
            ? html`<span class="tick" style="left: ${100 * left}%"></span>`
            : html`<span class="bar ${sign}" style="left: ${100 * left}%; width: ${100 * (right - left)}%"></span>`}
          ${joined ? html`<span class="joint" style="left: ${100 * place(row.to)}%"></span>` : nothing}
        </td>
        <td class="number">${isEnd ? written(this.target?.score, row.to) : signed(score)}</td>
      </tr>
    `;
  }

  private renderName({ kind, index }: Row): unknown {
    const { columns } = this.picture!;
    switch (kind) {
      case 'column': {
        const { name, value } = columns[index];
        return value === '' ? name : html`${name} <span class="muted">=</span> <span class="value">${value}</span>`;
      }
      case 'rest':
        return html`<button type="button" @click=${() => (this.all = true)}>
          ${words.otherColumns(columns.length - MANY + 1)}
        </button>`;
      case 'gap':
        return words.notAccounted;
      case 'start':
        return words.atBaseline(this.baseline);
      case 'end':
        return words.atRow;
    }
  }

  private renderLegend(): unknown {
    return html`
      <p class="legend muted">
        <span><span class="bar plus sample"></span>${words.for} “${this.target?.label ?? ''}”</span>
        <span><span class="bar minus sample"></span>${words.against}</span>
      </p>
    `;
  }

  private isWanted({ kind, index }: Row): boolean {
    if (!this.wanted) return true;
    if (kind !== 'column') return false;
    const { name, value } = this.picture!.columns[index];
    return `${name} = ${value}`.toLocaleLowerCase().includes(this.wanted.toLocaleLowerCase());
  }

  static override styles = [theme, controls, tabularStyles];
}
