import { useState } from 'react';
import { formatCount, plural } from '../../base/units.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { dayText } from '../chart/clock-text.ts';
import { Trouble } from '../shell/trouble.tsx';
import { IncidentLine } from './incident-line.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { useIncidents } from './use-incidents.ts';
import '../style/incidents.css';

const severities = ['critical', 'warning', 'info'] as const;
const words = { critical: 'Problems', warning: 'Warnings', info: 'Notes' } as const;

/** What has happened, on a line of time and as a list, newest first. */
export function IncidentsPage() {
  const { incidents, loading, trouble, again } = useIncidents();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = incidents.filter(({ severity }) => !hidden.has(severity));
  const open = incidents.filter(({ closedMs }) => closedMs === null).length;
  return (
    <>
      <header className="headline">
        <h1 tabIndex={-1}>{headline(incidents, open, loading)}</h1>
        <p>
          <span>
            An incident is a finding that lasted. It keeps the report of its worst moment, the series around
            it, and a capture.
          </span>
        </p>
      </header>
      {trouble === undefined ? null : <Trouble error={trouble} onAgain={again} />}
      {incidents.length === 0 ? null : (
        <>
          <IncidentTimeline incidents={shown} />
          <fieldset className="choices" aria-label="Shown severities">
            {severities.map((severity) => {
              const count = incidents.filter((one) => one.severity === severity).length;
              return (
                <button
                  key={severity}
                  type="button"
                  className={severity}
                  aria-pressed={!hidden.has(severity)}
                  disabled={count === 0}
                  onClick={() => setHidden(toggled(hidden, severity))}
                >
                  {words[severity]} {formatCount(count)}
                </button>
              );
            })}
          </fieldset>
          {byDay(shown).map(([day, ofDay]) => (
            <section key={day}>
              <h2>{day}</h2>
              <ul className="incident-lines">
                {ofDay.map((incident) => (
                  <IncidentLine key={incident.id} incident={incident} />
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
    </>
  );
}

function headline(incidents: readonly Incident[], open: number, loading: boolean): string {
  if (open > 0) return `${plural(open, 'incident')} open`;
  if (incidents.length > 0) return 'Nothing is open';
  return loading ? 'Looking through the store …' : 'No incident has been recorded';
}

function toggled(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
  return set.has(one) ? new Set([...set].filter((other) => other !== one)) : new Set([...set, one]);
}

function byDay(incidents: readonly Incident[]): readonly (readonly [string, readonly Incident[]])[] {
  const days = new Map<string, Incident[]>();
  for (const incident of incidents) {
    const day = dayText(incident.openedMs);
    const list = days.get(day) ?? [];
    list.push(incident);
    days.set(day, list);
  }
  return [...days];
}
