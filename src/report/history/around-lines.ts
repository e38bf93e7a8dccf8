import { formatCount, plural } from '../../base/units.ts';
import type { HistoryIncident, HistorySeriesRows } from '../../tcp/recording/history.ts';
import { sparkline } from '../lab/sparkline.ts';
import { widthOf } from '../wrap-text.ts';
import type { HistoryContext } from './history-context.ts';
import { partsOf } from './parts-of.ts';

const LABEL_WIDTH = 15;
const WIDEST = 60;
/** Behind a picture: "peak 1,025 of 1,024". */
const FACT_WIDTH = 26;

/** The queue before, in and after the incident, its opening and its worst moment marked below. */
export function aroundLines(
  { incident, around }: HistoryIncident,
  context: HistoryContext,
): readonly string[] {
  if (around === null) return [];
  const { paint, columns, when } = context;
  const width = Math.max(10, Math.min(WIDEST, columns - LABEL_WIDTH - FACT_WIDTH));
  const pictures = pictureLines(around, { width, paint });
  if (pictures.length === 0) return [];
  const fromMs = around.startSecond * 1000;
  const rows = around.channels[0]?.values.length ?? 1;
  const spanMs = Math.max(1, rows * around.stepSeconds * 1000);
  const marks = [...' '.repeat(width)];
  const mark = (ms: number, sign: string): void => {
    marks[Math.max(0, Math.min(width - 1, Math.floor(((ms - fromMs) / spanMs) * width)))] = sign;
  };
  mark(incident.worstMs, '^');
  mark(incident.openedMs, '|');
  const [from, to] = [when(fromMs), when(fromMs + spanMs)];
  const indent = ' '.repeat(LABEL_WIDTH + 4);
  const axis = `${from}${' '.repeat(Math.max(1, width - widthOf(from) - widthOf(to)))}${to}`;
  return [
    ...pictures,
    `${indent}${paint.bold(marks.join('').trimEnd())}  ${paint.dim('| opened, ^ worst')}`,
    paint.dim(indent + axis),
  ];
}

interface Picture {
  readonly channel: string;
  readonly label: string;
  /** What is told besides the picture. */
  readonly fact: 'peak' | 'sum';
}

const ofListener: readonly Picture[] = [
  { channel: 'queueMax', label: 'accept queue', fact: 'peak' },
  { channel: 'drops', label: 'dropped', fact: 'sum' },
  { channel: 'acceptedAtLeast', label: 'accepted', fact: 'sum' },
  { channel: 'synRecv', label: 'half open', fact: 'peak' },
];

const ofNamespace: readonly Picture[] = [
  { channel: 'listenDrops', label: 'listen drops', fact: 'sum' },
  { channel: 'retransmittedSegments', label: 'sent again', fact: 'sum' },
  { channel: 'passiveOpens', label: 'accepted', fact: 'sum' },
  { channel: 'established', label: 'established', fact: 'peak' },
];

const ofHost: readonly Picture[] = [
  { channel: 'softnetDropped', label: 'softnet drops', fact: 'sum' },
  { channel: 'ownCpu', label: 'recorder CPU', fact: 'peak' },
];

const picturesOf = { host: ofHost, namespace: ofNamespace, listener: ofListener };

/** What moved, one line each; channels that stood at zero, or were not measured, are left out. */
export function pictureLines(
  rows: HistorySeriesRows,
  { width, paint }: { readonly width: number } & Pick<HistoryContext, 'paint'>,
): readonly string[] {
  const valuesOf = (name: string): readonly (number | null)[] =>
    rows.channels.find((channel) => channel.name === name)?.values ?? [];
  return picturesOf[rows.kind].flatMap(({ channel, label, fact }) => {
    const values = valuesOf(channel);
    const known = values.filter((value) => value !== null);
    if (!known.some((value) => value > 0)) return [];
    const limit = channel === 'queueMax' ? valuesOf('limit').findLast((value) => value !== null) : undefined;
    const bins = partsOf(values, width);
    const peak = known.reduce((most, value) => Math.max(most, value), 0);
    const sum = known.reduce((total, value) => total + value, 0);
    const told = fact === 'sum' ? totalText(channel, sum) : `peak ${formatCount(peak)}`;
    const of = limit === undefined || limit === null ? '' : ` of ${formatCount(limit)}`;
    const drawn = sparkline(bins, Math.max(peak, limit ?? 0));
    return [`  ${paint.dim(label.padEnd(LABEL_WIDTH))}  ${drawn}  ${told}${of}`];
  });
}

function totalText(channel: string, sum: number): string {
  return channel === 'drops' ? plural(sum, 'segment') : formatCount(sum);
}
