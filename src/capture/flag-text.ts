import * as flagBit from './layout/flag-bits.ts';

const letters: readonly (readonly [number, string])[] = [
  [flagBit.syn, 'S'],
  [flagBit.fin, 'F'],
  [flagBit.psh, 'P'],
  [flagBit.rst, 'R'],
  [flagBit.ack, '.'],
];

/** TCP flags as tcpdump writes them: "S.", "P.", "". */
export function flagText(flags: number): string {
  return letters
    .filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
}
