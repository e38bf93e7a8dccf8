import type { ApiIncidentList } from '../../contract/api.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { useFetched } from '../api/use-fetched.ts';
import { useOverview } from '../live/use-live.ts';

/** Those of the store and those that were told of since, newest first. `trouble`: why the store's cannot be had. */
export function useIncidents(): {
  readonly incidents: readonly Incident[];
  readonly loading: boolean;
  readonly trouble: Error | undefined;
  readonly again: () => void;
} {
  const told = useOverview(({ incidents }) => incidents);
  const kept = useFetched<ApiIncidentList>('incidents?most=500');
  const byId = new Map<string, Incident>();
  for (const incident of [...(kept.value?.incidents ?? []), ...told]) {
    const known = byId.get(incident.id);
    if (known === undefined || incident.updatedMs >= known.updatedMs) byId.set(incident.id, incident);
  }
  return {
    incidents: [...byId.values()].toSorted((a, b) => b.openedMs - a.openedMs),
    loading: kept.status === 'loading' && kept.value === undefined,
    trouble: kept.status === 'failed' ? kept.failure : undefined,
    again: kept.again,
  };
}
