import { formatEndpoint } from '../../base/ip-text.ts';
import { formatBytes, formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import { captureVerdict } from '../../report/capture/capture-verdict.ts';
import { judgementRows } from '../../report/capture/judgement-rows.ts';
import { listenerFacts } from '../../report/capture/listener-facts.ts';
import { worstFirst } from '../../report/finding-order.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import { Chart } from '../chart/chart.tsx';
import { FindingArticle } from '../report/finding-article.tsx';
import { ScrollBox } from '../shell/scroll-box.tsx';
import type { CaptureClient } from './capture-client.ts';
import { ConnectionTable } from './connection-table.tsx';

const mostShown = 20;

/** What a capture shows, in words and pictures. */
export function CaptureReportView({
  capture,
  report,
}: {
  readonly capture: CaptureClient;
  readonly report: CaptureReport;
}) {
  const { kind, headline, detail } = captureVerdict(report);
  const { file, packets, bytes, fromMs, toMs, totals, partial } = report;
  const findings = worstFirst(report.findings);
  return (
    <>
      <header
        className={`headline ${kind === 'problems' ? (findings[0]?.severity ?? '') : kind === 'amiss' ? 'warning' : ''}`}
      >
        <h1 tabIndex={-1}>{headline}</h1>
        <p>
          <b>{file}</b>
          <span>{plural(packets, 'packet')}</span>
          <span>{formatBytes(bytes)}</span>
          <span>{formatDurationMs(toMs - fromMs)}</span>
          <span>{plural(totals.connections, 'connection')}</span>
        </p>
        {detail === '' ? null : <p className="quiet">{detail}</p>}
        {partial === null ? null : (
          <p className="cut">
            Read up to packet {formatCount(partial.record)}: {partial.because}.
          </p>
        )}
      </header>
      <div className="two">
        <Judgements report={report} />
        <PacketChart report={report} />
      </div>
      <ConnectionTable capture={capture} report={report} />
      <div className="two words">
        {findings.length === 0 ? (
          <section className="quiet">No rule found a problem in it.</section>
        ) : (
          <section className="findings" aria-label="Findings">
            {findings.map((finding, place) => (
              <FindingArticle
                key={`${finding.id} ${finding.title}`}
                finding={finding}
                heading={place > 0 || kind !== 'problems'}
              />
            ))}
          </section>
        )}
        <div>
          <Totals report={report} />
          <Listeners report={report} />
          <Peers report={report} />
        </div>
      </div>
    </>
  );
}

function Judgements({ report }: { readonly report: CaptureReport }) {
  const rows = judgementRows(report);
  const most = Math.max(1, ...rows.map(({ count }) => count));
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>What became of the connections</h2>
      <table className="bars judgements">
        <thead className="unseen">
          <tr>
            <th scope="col">judgement</th>
            <th scope="col">share of the most frequent</th>
            <th scope="col">connections</th>
            <th scope="col">share</th>
            <th scope="col">meaning</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, count, share, words: { tone, meaning } }) => (
            <tr key={id} className={tone}>
              <th scope="row">{id}</th>
              <td className="bar">
                <i style={{ width: `${(100 * count) / most}%` }} />
              </td>
              <td className="number">{formatCount(count)}</td>
              <td className="number">{formatShare(share)}</td>
              <td className="meaning">{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function PacketChart({ report: { series, fromMs } }: { readonly report: CaptureReport }) {
  const step = series.stepMs / 1000;
  if (series.packets.length < 3) return null;
  const startSecond = fromMs / 1000;
  return (
    <Chart
      title="Packets over time"
      unit={`packets per ${formatDurationMs(series.stepMs)}`}
      startSecond={startSecond}
      stepSeconds={step}
      shown={{ from: startSecond, to: startSecond + series.packets.length * step }}
      height={130}
      lines={[
        { label: 'sent again', colour: 'loss', draw: 'area', values: series.retransmissions },
        { label: 'SYN', colour: 'accent', draw: 'line', values: series.syn },
        { label: 'all', colour: 'soft', draw: 'line', values: series.packets },
      ]}
    />
  );
}

const listenerColumns = [
  ['connections', 'connections'],
  ['arrivals', 'arrivals'],
  ['peak', 'peak'],
  ['completed', 'completed'],
  ['empty', 'empty'],
  ['synAgain', 'SYNs again'],
  ['connectMedian', 'connect'],
  ['connectP99', 'p99'],
] as const;

function Listeners({ report: { listeners, listenersInAll } }: { readonly report: CaptureReport }) {
  if (listeners.length === 0) return null;
  const shown = listeners.slice(0, mostShown);
  return (
    <section>
      <h2>Listeners</h2>
      <ScrollBox label="Listeners">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">listener</th>
              {listenerColumns.map(([, label]) => (
                <th key={label} scope="col" className="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((listener) => {
              const facts = listenerFacts(listener);
              return (
                <tr key={facts.listener}>
                  <th scope="row">{facts.listener}</th>
                  {listenerColumns.map(([name]) => (
                    <td key={name} className="number">
                      {facts[name]}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
      {shown.map(({ heartbeat, address, port }) =>
        heartbeat === null ? null : (
          <p key={`${address} ${port}`} className="quiet">
            Heartbeats at {formatEndpoint(address, port)}: {plural(heartbeat.senders, 'sender')} every{' '}
            {formatDurationMs(heartbeat.periodMs)}, {plural(heartbeat.connections, 'connection')} in all.
          </p>
        ),
      )}
      {listenersInAll > shown.length ? (
        <p className="quiet">and {formatCount(listenersInAll - shown.length)} more.</p>
      ) : null}
    </section>
  );
}

function Peers({ report: { peers, peersInAll } }: { readonly report: CaptureReport }) {
  if (peers.length === 0) return null;
  const shown = peers.slice(0, mostShown);
  return (
    <section>
      <h2>Clients</h2>
      <ScrollBox label="Clients">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">client</th>
              {['packets', 'connections', 'empty', 'payload', 'SYNs again', 'resent'].map((label) => (
                <th key={label} scope="col" className="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((peer) => (
              <tr key={peer.address}>
                <th scope="row">{peer.address}</th>
                <td className="number">{formatCount(peer.packets)}</td>
                <td className="number">{formatCount(peer.connections)}</td>
                <td className="number">{formatCount(peer.empty)}</td>
                <td className="number">{formatBytes(peer.payloadBytes)}</td>
                <td className="number">{formatCount(peer.synRetransmissions)}</td>
                <td className="number">{formatCount(peer.retransmissions)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {peersInAll > shown.length ? (
        <p className="quiet">and {formatCount(peersInAll - shown.length)} more.</p>
      ) : null}
    </section>
  );
}

const totalNames = {
  syn: 'SYNs',
  synAck: 'SYN-ACKs',
  synRetransmissions: 'SYNs sent again',
  synAckRetransmissions: 'SYN-ACKs sent again',
  retransmissions: 'data sent again',
  keepaliveProbes: 'keepalive probes',
  zeroWindows: 'zero windows',
  duplicateAcks: 'duplicate ACKs',
  outOfOrder: 'out of order',
  resets: 'resets',
  missedByCapture: 'gaps of the capture',
} as const;

function Totals({ report: { totals } }: { readonly report: CaptureReport }) {
  return (
    <section>
      <h2>In all</h2>
      <dl className="totals">
        {(Object.keys(totalNames) as (keyof typeof totalNames)[]).map((name) => (
          <div key={name} className={totals[name] === 0 ? 'idle' : ''}>
            <dt>{totalNames[name]}</dt>
            <dd>{formatCount(totals[name])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
