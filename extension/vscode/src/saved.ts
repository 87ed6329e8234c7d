/** What VS Code keeps of a panel while the window is reloaded: the answer that it shows, and those around it. */

import { History } from '@heatline/views/history';

import { type Answer, type ExplainAnswer, isAverage } from './question';

const FORMAT = 1;
/** Characters of JSON: VS Code keeps them with the state of the whole window. */
const MOST = 1_500_000;

export interface SavedPanel {
  format: typeof FORMAT;
  answers: Answer[];
  at: number;
  pinned: boolean;
}

/** As much of a panel's history as there is room for; undefined while it has none. */
export function saved(history: History<Answer>, pinned: boolean): SavedPanel | undefined {
  const { all, place } = history;
  if (place === 0) return undefined;
  const answers: Answer[] = [];
  let [room, at] = [MOST, 0];
  const isTaken = (index: number): boolean => {
    const answer = lasting(all[index]);
    room -= JSON.stringify(answer).length;
    const taken = room >= 0 || answers.length === 0;
    if (taken && index < place) answers.unshift(answer);
    else if (taken) answers.push(answer);
    return taken;
  };
  let index = place - 1;
  while (index >= 0 && isTaken(index)) index--;
  at = answers.length - 1;
  index = place;
  while (index < all.length && isTaken(index)) index++;
  return { format: FORMAT, answers, at, pinned };
}

/** What VS Code hands back; undefined for what no version that we know has saved. */
export function restored(state: unknown): { history: History<Answer>; pinned: boolean } | undefined {
  const panel = state as Partial<SavedPanel> | null | undefined;
  if (panel?.format !== FORMAT || !panel.answers?.length) return undefined;
  return { history: new History(panel.answers, panel.at), pinned: panel.pinned === true };
}

/** The live session that an answer came from is gone with the window. */
export function isGone({ question }: ExplainAnswer): boolean {
  return question.model.ref.kind === 'live' && question.live === undefined;
}

/** An answer without what lives in this window alone. */
function lasting(answer: Answer): Answer {
  if (isAverage(answer)) return answer;
  const { sample, live: _live, ...question } = answer.question;
  const { place: _place, ...named } = sample;
  return { ...answer, question: { ...question, sample: named } };
}
