import { useState } from 'react';
import { formatCount, plural } from '../../base/units.ts';
import type { ApiSockets } from '../../contract/api.ts';
import { tcpStates } from '../../tcp/socket.ts';
import { useFetched } from '../api/use-fetched.ts';
import { useOverview } from '../live/use-live.ts';
import { go, usePlace } from '../shell/router.ts';
import { Trouble } from '../shell/trouble.tsx';
import { StateBar, StateLegend } from './state-bar.tsx';
import '../style/sockets.css';

/** Those that somebody can ask for. */
const shownStates = tcpStates.filter((state) => state !== 'UNKNOWN');

const groupings = [
  { by: 'listener', label: 'Listener' },
  { by: 'peer', label: 'Peer' },
  { by: 'process', label: 'Program' },
  { by: 'state', label: 'State' },
] as const;

const mostRows = 200;

/** The census: which sockets there are, by whom, in which state. What is asked for stands in the address of the page. */
export function SocketsPage() {
  const { query } = usePlace();
  const namespaces = useOverview(({ subjects }) => subjects).filter(({ kind }) => kind === 'namespace');
  const asked = {
    by: query.get('by') ?? 'listener',
    state: query.get('state') ?? '',
    port: query.get('port') ?? '',
    netns: query.get('netns') ?? '',
  };
  const search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''));
  const answer = useFetched<ApiSockets>(`sockets?${search}`);
  const set = (change: Partial<typeof asked>): void => {
    const next = new URLSearchParams(
      Object.entries({ ...asked, ...change }).filter(([, value]) => value !== ''),
    );
    go(`/sockets?${next}`, { replace: true });
  };
  const { value } = answer;
  return (
    <>
      <header className="headline">
        <h1 tabIndex={-1}>{value === undefined ? 'Counting sockets …' : plural(value.total, 'socket')}</h1>
        <p>
          <span>
            counted {asked.netns === '' ? 'in every namespace' : `in ${asked.netns}`}, when you asked
          </span>
        </p>
      </header>
      <form className="tools" onSubmit={(event) => event.preventDefault()}>
        <fieldset className="choices" aria-label="Grouped by">
          {groupings.map(({ by, label }) => (
            <button key={by} type="button" aria-pressed={asked.by === by} onClick={() => set({ by })}>
              {label}
            </button>
          ))}
        </fieldset>
        <label>
          State{' '}
          <select value={asked.state} onChange={(event) => set({ state: event.target.value })}>
            <option value="">any</option>
            {shownStates.map((state) => (
              <option key={state}>{state}</option>
            ))}
          </select>
        </label>
        <PortField key={asked.port} port={asked.port} onPort={(port) => set({ port })} />
        <label>
          Namespace{' '}
          <select value={asked.netns} onChange={(event) => set({ netns: event.target.value })}>
            <option value="">all</option>
            {namespaces.map(({ id, about }) => (
              <option key={id}>{String(about.name)}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={answer.again} disabled={answer.status === 'loading'}>
          Count again
        </button>
      </form>
      {answer.status === 'failed' ? <Trouble error={answer.failure} onAgain={answer.again} /> : null}
      {value === undefined ? null : <Groups sockets={value} by={asked.by} />}
    </>
  );
}

function PortField({ port, onPort }: { readonly port: string; readonly onPort: (port: string) => void }) {
  const [text, setText] = useState(port);
  const [wrong, setWrong] = useState(false);
  const submit = (): void => {
    const isPort = text === '' || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535);
    setWrong(!isPort);
    if (isPort && text !== port) onPort(text);
  };
  return (
    <label>
      Port{' '}
      <input
        className="port"
        inputMode="numeric"
        placeholder="any"
        value={text}
        aria-invalid={wrong}
        onChange={(event) => setText(event.target.value.trim())}
        onBlur={submit}
        onKeyDown={(event) => event.key === 'Enter' && submit()}
      />
    </label>
  );
}

function Groups({ sockets: { groups, missing }, by }: { readonly sockets: ApiSockets; readonly by: string }) {
  const [filter, setFilter] = useState('');
  const fitting = groups
    .filter(({ key }) => key.toLowerCase().includes(filter.trim().toLowerCase()))
    .toSorted((a, b) => b.count - a.count);
  const most = groups.reduce((largest, { count }) => Math.max(largest, count), 1);
  const shown = fitting.slice(0, mostRows);
  return (
    <>
      {missing.length === 0 ? null : (
        <div className="trouble">
          {missing.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      {groups.length === 0 ? (
        <p className="empty">No socket is like that.</p>
      ) : (
        <>
          <div className="under-tools">
            <input
              type="search"
              aria-label={`Filter by ${by}`}
              placeholder={`Filter ${plural(groups.length, 'row')}`}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
            {by === 'state' ? null : <StateLegend />}
          </div>
          <table className="bars census">
            <thead>
              <tr>
                <th scope="col">{by === 'process' ? 'program' : by}</th>
                <th scope="col" className="bar">
                  <span className="unseen">states</span>
                </th>
                <th scope="col" className="number">
                  sockets
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ key, count, states }) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td className="bar">
                    <StateBar states={states} width={count / most} />
                  </td>
                  <td className="number">{formatCount(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {fitting.length > shown.length ? (
            <p className="quiet">and {formatCount(fitting.length - shown.length)} more.</p>
          ) : null}
          {fitting.length === 0 ? <p className="empty">No row has “{filter}”.</p> : null}
        </>
      )}
    </>
  );
}
