import { useMemo } from 'react';
import type { ApiSeries, ApiSeriesList } from '../../contract/api.ts';
import type { LiveSubject } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { useFetched } from '../api/use-fetched.ts';
import type { Span } from '../chart/time-view.ts';
import { isAbout, laneFacts } from '../live/lane-facts.ts';
import { useOverview } from '../live/use-live.ts';

/** In seconds, when the series are known by their numbers; coarser, when all that there were have to be looked through. */
const rowsOfKnown = 4000;
const rowsOfAll = 400;

/** The series of an incident's listener and namespace. Those that are gone by now are found in the store. */
export function useSeriesAround(
  incident: Incident,
  { from, to }: Span,
): {
  readonly listener: ApiSeries | undefined;
  readonly namespace: ApiSeries | undefined;
  readonly loading: boolean;
} {
  const ready = useOverview(({ status }) => status !== undefined);
  const subjects = useOverview((overview) => overview.subjects);
  const which = useMemo(() => {
    const known = subjects.filter((one) => concerns(incident, one));
    const complete = known.some(({ kind }) => kind === 'listener');
    return complete ? `ids=${known.map(({ id }) => id).join(',')}&rows=${rowsOfKnown}` : `rows=${rowsOfAll}`;
  }, [subjects, incident]);
  const answer = useFetched<ApiSeriesList>(ready ? `series?from=${from}&to=${to}&${which}` : null);
  const series = (answer.value?.series ?? []).filter(({ subject }) => concerns(incident, subject));
  return {
    listener: series.find(({ subject }) => subject.kind === 'listener'),
    namespace: series.find(({ subject }) => subject.kind === 'namespace'),
    loading: answer.status === 'loading',
  };
}

function concerns(incident: Incident, subject: LiveSubject): boolean {
  if (subject.kind === 'listener') return isAbout(incident, laneFacts(subject));
  return subject.kind === 'namespace' && subject.about.name === incident.namespace;
}
