import { formatCount } from '../../base/units.ts';

/** Kinds that are drawn alike: open, being opened, closing, and left open by their own program. */
const kinds = [
  { kind: 'open', label: 'established', states: ['ESTABLISHED'] },
  { kind: 'opening', label: 'opening', states: ['SYN_SENT', 'SYN_RECV'] },
  { kind: 'left', label: 'CLOSE_WAIT', states: ['CLOSE_WAIT'] },
  {
    kind: 'closing',
    label: 'closing',
    states: ['FIN_WAIT1', 'FIN_WAIT2', 'LAST_ACK', 'CLOSING', 'TIME_WAIT', 'CLOSE'],
  },
  { kind: 'listening', label: 'listening', states: ['LISTEN'] },
] as const;

/** One group's sockets by state; `width`: of the whole place, 0 to 1. */
export function StateBar({
  states,
  width,
}: {
  readonly states: Readonly<Record<string, number>>;
  readonly width: number;
}) {
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  const words = Object.entries(states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${formatCount(count)} ${state}`)
    .join(', ');
  return (
    <span
      className="state-bar"
      role="img"
      aria-label={words}
      title={words}
      style={{ width: `${Math.max(0.5, 100 * width)}%` }}
    >
      {kinds.map(({ kind, states: its }) => {
        const count = its.reduce((sum, state) => sum + (states[state] ?? 0), 0);
        return count === 0 ? null : (
          <i key={kind} className={kind} style={{ flexGrow: count / Math.max(1, total) }} />
        );
      })}
    </span>
  );
}

export function StateLegend() {
  return (
    <ul className="legend">
      {kinds.map(({ kind, label }) => (
        <li key={kind}>
          <i className={`swatch state ${kind}`} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}
