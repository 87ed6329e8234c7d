/** The protocol counts a text in Unicode code points, JavaScript in UTF-16 code units. */

export class CodePoints {
  private readonly units: number[];

  constructor(private readonly text: string) {
    this.units = [0];
    for (const character of text) this.units.push(this.units[this.units.length - 1] + character.length);
  }

  get length(): number {
    return this.units.length - 1;
  }

  slice(start: number, end: number): string {
    return this.text.slice(this.unit(start), this.unit(end));
  }

  private unit(point: number): number {
    return this.units[Math.min(Math.max(0, point), this.length)];
  }
}
