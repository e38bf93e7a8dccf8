import { formatCount } from '../../base/units.ts';
import { Chart, type ChartLine, type ChartProps } from './chart.tsx';
import { peakOf, type Rows, sumOf } from './rows.ts';

/** Which stretch is shown, and how: the same for all charts of a place. */
export type ChartView = Pick<ChartProps, 'shown' | 'marks' | 'onChoose' | 'height'>;

/** A listener's queue under its limit, and what came of those who asked. */
export function QueueCharts({ rows, view }: { readonly rows: Rows; readonly view: ChartView }) {
  const { startSecond, stepSeconds } = rows;
  const queue = rows.column('queueMax');
  const limit = rows.column('limit');
  const drops = rows.column('drops');
  const shared = { ...view, startSecond, stepSeconds };
  return (
    <>
      <Chart
        {...shared}
        title="Waiting to be accepted"
        note={peakText(peakOf(queue), peakOf(limit))}
        unit="connections"
        lines={[
          { label: 'waiting', colour: 'calm', draw: 'area', values: queue },
          { label: 'limit', colour: 'limit', draw: 'dashes', values: limit },
        ]}
      />
      <Chart
        {...shared}
        title="Accepted and dropped"
        note={`${formatCount(sumOf(drops))} dropped`}
        unit={stepSeconds === 1 ? 'per second' : `per ${stepSeconds} seconds`}
        lines={[
          { label: 'dropped', colour: 'loss', draw: 'bars', values: drops },
          { label: 'accepted', colour: 'accent', draw: 'line', values: rows.column('acceptedAtLeast') },
        ]}
      />
    </>
  );
}

/** A namespace's sockets by state, stacked. */
export function StatesChart({
  rows,
  namespace,
  view,
}: {
  readonly rows: Rows;
  readonly namespace: string;
  readonly view: ChartView;
}) {
  const { startSecond, stepSeconds } = rows;
  return (
    <Chart
      {...view}
      startSecond={startSecond}
      stepSeconds={stepSeconds}
      title={`Sockets of ${namespace} by state`}
      unit="sockets"
      stacked
      lines={stateLines(rows)}
    />
  );
}

/** From the floor up; what piles up where something is wrong lies on top, where it shows. */
const states = [
  { channel: 'synRecv', label: 'SYN_RECV', colour: 'accent', strength: 1 },
  { channel: 'closeWait', label: 'CLOSE_WAIT', colour: 'accent', strength: 0.6 },
  { channel: 'finWait', label: 'FIN_WAIT', colour: 'soft', strength: 0.6 },
  { channel: 'timeWait', label: 'TIME_WAIT', colour: 'soft', strength: 0.3 },
  { channel: 'established', label: 'ESTABLISHED', colour: 'calm', strength: 1 },
] as const;

function stateLines(rows: Rows): readonly ChartLine[] {
  return states.map(({ channel, label, colour, strength }) => ({
    label,
    colour,
    strength,
    draw: 'area',
    values: rows.column(channel),
  }));
}

function peakText(peak: number, limit: number): string {
  if (peak < 0) return 'not measured';
  return `peak ${formatCount(peak)}${limit < 0 ? '' : ` of ${formatCount(limit)}`}`;
}
