import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from 'react';
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatBytes, formatCount, plural } from '../../base/units.ts';
import { judgementSentence } from '../../report/capture/judgement-sentence.ts';
import { judgementWords } from '../../report/capture/judgement-words.ts';
import { latencyText } from '../../report/capture/listener-facts.ts';
import { secondsText } from '../../report/ladder/seconds-text.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { CaptureReport, ConnectionRecord } from '../../tcp/capture.ts';
import type { CaptureClient } from './capture-client.ts';
import { StoryLadder } from './story-ladder.tsx';
import { useRowWindow } from './use-row-window.ts';

const rowHeight = 34;
const columns = ['no.', 'judgement', 'client', 'server', 'begins', 'lasts', 'connect', 'sent', 'received'];

/** Every connection; only those in sight are drawn. A row opens the ladder of its connection beside the table. */
export function ConnectionTable({
  capture,
  report,
}: {
  readonly capture: CaptureClient;
  readonly report: CaptureReport;
}) {
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState<'worst' | 'number'>('worst');
  const [list, setList] = useState<{
    readonly count: number;
    readonly version: number;
    readonly refused: string;
  }>({ count: 0, version: 0, refused: '' });
  const [chosen, setChosen] = useState<ConnectionRecord>();
  const wanted = useDeferredValue(filter.trim());
  useEffect(() => {
    let current = true;
    capture.list({ filter: wanted, order }).then(
      (count) => current && setList((old) => ({ count, version: old.version + 1, refused: '' })),
      (error: Error) => current && setList((old) => ({ ...old, refused: error.message })),
    );
    return () => {
      current = false;
    };
  }, [capture, wanted, order]);
  const { box, first, rows } = useRowWindow(capture, list, rowHeight);
  const story = useRef<HTMLElement>(null);
  if (report.totals.connections === 0) return null;
  const open = (record: ConnectionRecord): void => {
    setChosen(record);
    requestAnimationFrame(() => story.current?.scrollIntoView({ block: 'nearest' }));
  };
  return (
    <section className="connections">
      <h2 id="connections-title">Connections</h2>
      <p className="tools">
        <input
          type="search"
          aria-label="Filter connections"
          placeholder="Filter: judgement == refused and server.port == 80"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <label>
          Order{' '}
          <select
            value={order}
            onChange={(event) => setOrder(event.target.value === 'number' ? 'number' : 'worst')}
          >
            <option value="worst">worst first</option>
            <option value="number">as captured</option>
          </select>
        </label>
        <output>{plural(list.count, 'connection')}</output>
      </p>
      {list.refused === '' ? null : (
        <p className="refused" role="alert">
          {list.refused}
        </p>
      )}

      <section ref={box} className="rows" aria-labelledby="connections-title" onKeyDown={moveFocus}>
        <table aria-rowcount={list.count + 1}>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col" className={numeric.has(name) ? 'number' : ''}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Space height={first * rowHeight} />
            {rows.map((record, place) => (
              <Row
                key={record.number}
                record={record}
                place={first + place}
                chosen={record.number === chosen?.number}
                onOpen={open}
              />
            ))}
            <Space height={Math.max(0, list.count - first - rows.length) * rowHeight} />
          </tbody>
        </table>
      </section>
      {chosen === undefined ? null : (
        <section ref={story} className="story" aria-label={`Connection ${chosen.number}`}>
          <h3>
            {chosen.number}: {chosen.judgement.id}{' '}
            <span>
              {formatEndpoint(chosen.client, chosen.clientPort)} to{' '}
              {formatEndpoint(chosen.server, chosen.serverPort)}
            </span>
          </h3>
          <p className="because">{sentenceCase(judgementSentence(chosen.judgement))}</p>
          <StoryLadder capture={capture} number={chosen.number} />
        </section>
      )}
    </section>
  );
}

const numeric = new Set(['no.', 'begins', 'lasts', 'connect', 'sent', 'received']);

function Space({ height }: { readonly height: number }) {
  return height === 0 ? null : (
    <tr style={{ height }}>
      <td colSpan={columns.length} />
    </tr>
  );
}

interface RowProps {
  readonly record: ConnectionRecord;
  readonly place: number;
  readonly chosen: boolean;
  readonly onOpen: (record: ConnectionRecord) => void;
}

function Row({ record, place, chosen, onOpen }: RowProps) {
  const {
    number,
    judgement,
    client,
    clientPort,
    server,
    serverPort,
    fromMs,
    toMs,
    connectMs,
    fromClient,
    fromServer,
  } = record;
  return (
    <tr aria-rowindex={place + 2} className={chosen ? 'chosen' : ''} onClick={() => onOpen(record)}>
      <td className="number">
        <button
          type="button"
          aria-label={`Ladder of connection ${number}`}
          aria-pressed={chosen}
          data-row={place}
        >
          {formatCount(number)}
        </button>
      </td>
      <td className={judgementWords[judgement.id].tone} title={judgement.because}>
        {judgement.id}
      </td>
      <td>{formatEndpoint(client, clientPort)}</td>
      <td>{formatEndpoint(server, serverPort)}</td>
      <td className="number">{secondsText(fromMs)}</td>
      <td className="number">{secondsText(toMs - fromMs)}</td>
      <td className="number">{connectMs === null ? '' : latencyText(connectMs)}</td>
      <td className="number">{formatBytes(fromClient.payloadBytes)}</td>
      <td className="number">{formatBytes(fromServer.payloadBytes)}</td>
    </tr>
  );
}

/** Up and down go from row to row. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const { target } = event;
  if (step === 0 || !(target instanceof HTMLElement) || target.dataset.row === undefined) return;
  const next = event.currentTarget.querySelector<HTMLElement>(
    `[data-row="${Number(target.dataset.row) + step}"]`,
  );
  if (next === null) return;
  event.preventDefault();
  next.focus();
}
