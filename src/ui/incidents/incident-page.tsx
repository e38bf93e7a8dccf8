import { formatBytes, formatCount, formatDurationMs } from '../../base/units.ts';
import type { ApiIncident } from '../../contract/api.ts';
import { proveCommand } from '../../report/prove-command.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { KernelLogEvent } from '../../tcp/observation.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { IncidentDetail } from '../../tcp/recording/incident-detail.ts';
import { useFetched } from '../api/use-fetched.ts';
import { clockText, momentText } from '../chart/clock-text.ts';
import { useOverview } from '../live/use-live.ts';
import { FindingArticle } from '../report/finding-article.tsx';
import { Link } from '../shell/link.tsx';
import { Trouble } from '../shell/trouble.tsx';
import { BlackBox } from './black-box.tsx';
import { IncidentCharts } from './incident-charts.tsx';
import '../style/incidents.css';

const words = { critical: 'Problem', warning: 'Warning', info: 'Note' } as const;

/** One incident: the doctor's sentence, the pictures of the moment, the report in words, who was affected, what was on the wire. */
export function IncidentPage({ id }: { readonly id: string }) {
  // What is told of it live asks for the rest again.
  const told = useOverview(({ incidents }) => incidents.find((one) => one.id === id)?.closedMs ?? 0);
  const answer = useFetched<ApiIncident>(`incidents/${encodeURIComponent(id)}?seen=${told}`);
  if (answer.status === 'failed') {
    return (
      <>
        <h1 tabIndex={-1}>This incident cannot be shown</h1>
        <Trouble error={answer.failure} onAgain={answer.again} />
        <p>
          <Link href="/incidents">All incidents</Link>
        </p>
      </>
    );
  }
  if (answer.value === undefined)
    return (
      <p className="loading" role="status">
        Reading the incident …
      </p>
    );
  const { incident, detail, blackBox } = answer.value;
  return (
    <div className="incident">
      <p className="crumbs">
        <Link href="/incidents">Incidents</Link> <span aria-hidden="true">/</span> {incident.id}
      </p>
      <header className={`headline ${incident.severity}`}>
        <h1 tabIndex={-1}>{sentenceCase(incident.title)}</h1>
        <p>
          <b className="severity">{words[incident.severity]}</b>
          {detail === null ? null : <span>{detail.finding.confidence}</span>}
          <span>{when(incident)}</span>
          <Link href={`/?lane=${encodeURIComponent(`${incident.namespace} ${incident.subject}`)}`}>
            {incident.subject}
          </Link>
          <span>namespace {incident.namespace}</span>
        </p>
      </header>
      <IncidentCharts incident={incident} />
      {detail === null ? (
        <p className="empty">
          The report of this incident cannot be read any more: it was written by another release, or had to
          make room.
        </p>
      ) : (
        <div className="incident-columns">
          <div>
            <FindingArticle
              finding={detail.finding}
              heading={false}
              prove={proveCommand(detail.finding, detail.report)}
            />
          </div>
          <div>
            <BlackBox incident={incident} note={detail.blackBox} kept={blackBox} />
            <Peers detail={detail} />
            <Traces detail={detail} />
            <KernelLog detail={detail} />
            <p className="quiet">
              Opened because {detail.openedBecause}; found by {formatCount(detail.seen)}{' '}
              {detail.seen === 1 ? 'judgement' : 'judgements'}.
              {blackBox === null ? '' : ` The capture takes ${formatBytes(blackBox.bytes)}.`}
            </p>
          </div>
        </div>
      )}
    </div>
  );
}

function when({ openedMs, closedMs, worstMs }: Incident): string {
  const lasted = closedMs === null ? 'still open' : `lasted ${formatDurationMs(closedMs - openedMs)}`;
  return `${momentText(openedMs)}, ${lasted}, worst at ${clockText(worstMs)}`;
}

function Peers({ detail: { peers } }: { readonly detail: IncidentDetail }) {
  if (peers.length === 0) return null;
  const most = Math.max(...peers.map(({ count }) => count));
  return (
    <section>
      <h2>Who was affected</h2>
      <table className="bars peers">
        <thead className="unseen">
          <tr>
            <th scope="col">peer</th>
            <th scope="col">share</th>
            <th scope="col">count</th>
            <th scope="col">what was counted</th>
          </tr>
        </thead>
        <tbody>
          {peers.map(({ address, count, what }) => (
            <tr key={`${address} ${what}`}>
              <th scope="row">{address}</th>
              <td className="bar">
                <i style={{ width: `${(100 * count) / most}%` }} />
              </td>
              <td className="number">{formatCount(count)}</td>
              <td className="quiet">{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Traces({ detail: { trace } }: { readonly detail: IncidentDetail }) {
  const rows = Object.entries(trace ?? {}).filter(([, count]) => count > 0);
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>What the kernel's tracepoints told</h2>
      <table className="numbers">
        <tbody>
          {rows.map(([kind, count]) => (
            <tr key={kind}>
              <th scope="row">
                {kind.replaceAll('-', ' ').replace(/\b(syn|ack)\b/g, (word) => word.toUpperCase())}
              </th>
              <td className="number">{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function KernelLog({ detail: { kernelLog } }: { readonly detail: IncidentDetail }) {
  if (kernelLog.length === 0) return null;
  return (
    <section>
      <h2>Kernel log</h2>
      <pre>{kernelLog.map(logLine).join('\n')}</pre>
    </section>
  );
}

function logLine({ atMs, line }: KernelLogEvent): string {
  return atMs === undefined ? line : `${clockText(atMs)}  ${line}`;
}
