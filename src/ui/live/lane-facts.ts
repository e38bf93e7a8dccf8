import { formatEndpoint } from '../../base/ip-text.ts';
import type { LiveSubject } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';

/** A listener as its lane names it. */
export interface LaneFacts {
  readonly id: number;
  readonly endpoint: string;
  readonly process: string;
  readonly pid: number | undefined;
  readonly namespace: string;
}

export function laneFacts({ id, about }: LiveSubject): LaneFacts {
  const pid = about.pid;
  return {
    id,
    endpoint: formatEndpoint(String(about.address ?? '?'), Number(about.port ?? 0)),
    process: String(about.process ?? 'unknown program'),
    pid: typeof pid === 'number' ? pid : undefined,
    namespace: String(about.namespace ?? '?'),
  };
}

export function isAbout({ namespace, subject }: Incident, lane: LaneFacts): boolean {
  return namespace === lane.namespace && subject === lane.endpoint;
}
