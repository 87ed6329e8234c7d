/** Answers in the order in which they came, to step back through; needs no browser. */

const MOST = 30;

export class History<Answer> {
  /** `at`: which of the answers is the current one. */
  constructor(
    private answers: readonly Answer[] = [],
    private at = answers.length - 1,
  ) {}

  get all(): readonly Answer[] {
    return this.answers;
  }

  get current(): Answer | undefined {
    return this.answers[this.at];
  }

  /** From 1; 0 while there is none. */
  get place(): number {
    return this.at + 1;
  }

  get length(): number {
    return this.answers.length;
  }

  get canGoBack(): boolean {
    return this.at > 0;
  }

  get canGoForward(): boolean {
    return this.at < this.answers.length - 1;
  }

  /** A new answer; those that one had stepped back from are gone, as in a browser. */
  add(answer: Answer): void {
    this.answers = [...this.answers.slice(0, this.at + 1), answer].slice(-MOST);
    this.at = this.answers.length - 1;
  }

  /** One step back (-1) or forward (1), where there is one. */
  step(by: -1 | 1): Answer | undefined {
    this.at = Math.min(this.answers.length - 1, Math.max(0, this.at + by));
    return this.current;
  }
}
