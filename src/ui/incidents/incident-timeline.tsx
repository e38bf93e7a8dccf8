import type { Incident } from '../../tcp/recording/incident.ts';
import { clockText, dayText, tickSeconds } from '../chart/clock-text.ts';
import { Link } from '../shell/link.tsx';

const hourMs = 3_600_000;
const mostMarks = 300;
const lanes = ['critical', 'warning', 'info'] as const;

/** From the first incident that is listed until now, a row for each severity. The list below says the same in words. */
export function IncidentTimeline({ incidents }: { readonly incidents: readonly Incident[] }) {
  const now = Date.now();
  const first = Math.min(...incidents.map(({ openedMs }) => openedMs), now - hourMs);
  const margin = (now - first) * 0.02;
  const from = first - margin;
  const to = now + margin;
  const place = (ms: number): number => (100 * (Math.min(ms, to) - from)) / (to - from);
  const days = to - from > 30 * hourMs;
  const ticks = tickSeconds(from / 1000, to / 1000, 6);
  return (
    <div className="timeline">
      <div className="timeline-ticks" aria-hidden="true">
        {ticks.map((second) => (
          <span key={second} style={{ left: `${place(second * 1000)}%` }}>
            {days ? dayText(second * 1000) : clockText(second * 1000, false)}
          </span>
        ))}
      </div>
      {lanes.map((severity) => (
        <ul
          key={severity}
          className={`timeline-row ${severity}`}
          aria-label={`${severity} incidents in time`}
        >
          {incidents
            .filter((one) => one.severity === severity)
            .slice(0, mostMarks)
            .map(({ id, title, openedMs, closedMs }) => (
              <li
                key={id}
                style={{
                  left: `${place(openedMs)}%`,
                  width: `max(8px, ${place(closedMs ?? now) - place(openedMs)}%)`,
                }}
              >
                <Link href={`/incidents/${id}`} className={closedMs === null ? 'open' : ''}>
                  <span className="unseen">{`${title}, ${dayText(openedMs)} ${clockText(openedMs)}`}</span>
                </Link>
              </li>
            ))}
        </ul>
      ))}
    </div>
  );
}
