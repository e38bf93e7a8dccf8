import { formatCount } from '../../base/units.ts';

/** Values that the laboratory makes smaller than they are on the host, with a sentence for each. */
export class ScaledDown {
  readonly notes: string[] = [];

  /** `value`, or `most` and a note. `why` follows "so that". */
  atMost(name: string, value: number, most: number, why: string): number {
    if (value <= most) return value;
    this.notes.push(`${name}: ${formatCount(most)} instead of ${formatCount(value)}, so that ${why}.`);
    return most;
  }

  note(sentence: string): void {
    this.notes.push(sentence);
  }
}
