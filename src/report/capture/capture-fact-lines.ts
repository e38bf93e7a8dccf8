/** What a capture shows besides judgements, a line each: heartbeats, retransmissions over time, who talks most. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { CaptureListener, CapturePeer, CaptureReport } from '../../tcp/capture.ts';
import { sparkline } from '../lab/sparkline.ts';
import type { TextContext } from '../text-context.ts';
import { hanging } from '../wrap-text.ts';
import { resentShare, seriesBins } from './series-bins.ts';

export function captureFactLines(report: CaptureReport, context: TextContext): readonly string[] {
  const { paint, columns, verbose } = context;
  const facts = [
    ...report.listeners.flatMap(heartbeatFact).slice(0, verbose ? 10 : 2),
    ...seriesFacts(report, columns, verbose),
    talkersFact(report, verbose ? 10 : 3),
  ];
  return facts.flatMap((fact) => {
    if (fact === undefined) return [];
    return hanging(fact.label.padEnd(labelWidth), fact.text, columns).map((line, i) =>
      i === 0 ? paint.dim(line.slice(0, fact.label.length)) + line.slice(fact.label.length) : line,
    );
  });
}

interface Fact {
  readonly label: string;
  readonly text: string;
}

const labelWidth = 'retransmitted'.length + 2;

function heartbeatFact({ heartbeat, address, port }: CaptureListener): readonly Fact[] {
  if (heartbeat === null) return [];
  const { periodMs, senders, agreement, connections } = heartbeat;
  const who = `${plural(senders, 'sender')} every ${formatDurationMs(periodMs)} to ${formatEndpoint(address, port)}`;
  const text = `${who}: ${plural(connections, 'connection')}; the period explains ${formatShare(agreement)} of the arrivals`;
  return [{ label: 'heartbeats', text }];
}

const widestSparkline = 48;
const narrowestSparkline = 10;

function seriesFacts(report: CaptureReport, columns: number, verbose: boolean): readonly Fact[] {
  const room = Math.max(narrowestSparkline, columns - labelWidth - 40);
  const bins = seriesBins(report.series, Math.min(widestSparkline, room));
  if (bins.length < 2) return [];
  const shares = bins.map(resentShare);
  const most = Math.max(...shares);
  // The series counts SYNs and SYN-ACKs that were sent again too, the totals keep them apart.
  const repeated = bins.reduce((sum, { counts }) => sum + counts.retransmissions, 0);
  const all = report.packets === 0 ? 0 : repeated / report.packets;
  const syns = bins.map(({ counts }) => counts.syn);
  const busiest = Math.max(...syns);
  const stepMs = (bins[0]?.toMs ?? 0) - (bins[0]?.fromMs ?? 0);
  const resent = `${sparkline(shares, most)} up to ${formatShare(most)} of the packets, ${formatShare(all)} in all`;
  const arrivals = `${sparkline(syns, busiest)} SYNs, up to ${formatCount(busiest)} in ${formatDurationMs(stepMs)}`;
  return [
    ...(most > 0 || verbose ? [{ label: 'retransmitted', text: resent }] : []),
    ...(busiest > 0 && report.totals.connections > 1 ? [{ label: 'arrivals', text: arrivals }] : []),
  ];
}

function talkersFact({ peers, peersInAll }: CaptureReport, most: number): Fact | undefined {
  if (peers.length === 0) return undefined;
  const shown = peers.slice(0, most);
  const rest = peersInAll - shown.length;
  const names = shown.map(talker).join(', ');
  return {
    label: 'most packets',
    text: `${names}${rest > 0 ? ` and ${plural(rest, 'more client', 'more clients')}` : ''}`,
  };
}

function talker({ address, packets, connections }: CapturePeer): string {
  return `${address} (${formatCount(packets)} in ${plural(connections, 'connection')})`;
}
