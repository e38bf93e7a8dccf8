import type { ChartLine } from '../chart/chart.tsx';
import type { Rows } from '../chart/rows.ts';

/** From the floor up; what piles up where something is wrong lies on top, where it shows. */
const states = [
  { channel: 'synRecv', label: 'SYN_RECV', colour: 'accent', strength: 1 },
  { channel: 'closeWait', label: 'CLOSE_WAIT', colour: 'accent', strength: 0.6 },
  { channel: 'finWait', label: 'FIN_WAIT', colour: 'soft', strength: 0.6 },
  { channel: 'timeWait', label: 'TIME_WAIT', colour: 'soft', strength: 0.3 },
  { channel: 'established', label: 'ESTABLISHED', colour: 'calm', strength: 1 },
] as const;

export function stateLines(rows: Rows): readonly ChartLine[] {
  return states.map(({ channel, label, colour, strength }) => ({
    label,
    colour,
    strength,
    draw: 'area',
    values: rows.column(channel),
  }));
}
