import { formatDurationMs } from '../../base/units.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { clockText, momentText } from '../chart/clock-text.ts';
import { Link } from '../shell/link.tsx';
import '../style/incident-line.css';

const words = { critical: 'Problem', warning: 'Warning', info: 'Note' } as const;

/** One incident in a list. `short`: the list is of one listener, which need not be named. */
export function IncidentLine({
  incident,
  short = false,
}: {
  readonly incident: Incident;
  readonly short?: boolean;
}) {
  const { id, severity, title, openedMs, closedMs, namespace, subject, updatedMs, finding } = incident;
  const lasted =
    closedMs === null
      ? `open, last seen ${clockText(updatedMs)}`
      : `lasted ${formatDurationMs(closedMs - openedMs)}`;
  return (
    <li className={`incident-line ${severity} ${closedMs === null ? 'open' : ''} ${short ? 'short' : ''}`}>
      <Link href={`/incidents/${id}`}>
        <span className="sign">{words[severity]}</span>
        <time dateTime={new Date(openedMs).toISOString()}>
          {short ? momentText(openedMs) : clockText(openedMs)}
        </time>
        <b>{short ? finding.replaceAll('-', ' ') : sentenceCase(title)}</b>
        <span className="where">{short ? lasted : `${subject} · ${namespace} · ${lasted}`}</span>
      </Link>
    </li>
  );
}
