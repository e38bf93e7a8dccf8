import type { ApiEvents, ApiHello } from '../../contract/api.ts';
import { channelsOfKind } from '../../tcp/recording/channel.ts';
import type { FeedEvent, LiveSecond, RecorderFeed } from '../../tcp/recording/feed.ts';

/** An event as text/event-stream has it. JSON holds no line break outside of its strings, and escapes those inside. */
export function eventText(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}

export function helloText(feed: RecorderFeed): string {
  const { latest, status, openIncidents } = feed;
  const hello: Omit<ApiHello, 'second'> = {
    status,
    channels: channelsOfKind,
    subjects: [...feed.subjects.values()],
    openIncidents,
  };
  const second = latest === undefined ? 'null' : secondJson(latest);
  return eventText('hello', `${JSON.stringify(hello).slice(0, -1)},"second":${second}}`);
}

export function feedEventText(event: FeedEvent): string {
  switch (event.kind) {
    case 'second':
      return eventText('second', secondJson(event.second));
    case 'subjects':
      return named('subjects', event.subjects);
    case 'incident':
      return named('incident', event.incident);
    case 'status':
      return named('status', event.status);
  }
}

function named<K extends keyof ApiEvents>(name: K, data: ApiEvents[K]): string {
  return eventText(name, JSON.stringify(data));
}

/** An ApiSecond. By hand: JSON.stringify writes a typed array as an object, and copies of 200 listeners each second are not needed. */
export function secondJson({ atSecond, values }: LiveSecond): string {
  const rows: string[] = [];
  for (const [id, row] of values) rows.push(`"${id}":[${row.join(',')}]`);
  return `{"atSecond":${atSecond},"values":{${rows.join(',')}}}`;
}
