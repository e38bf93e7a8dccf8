import { usageError } from '../../../base/errors.ts';
import { formatEndpoint } from '../../../base/ip-text.ts';
import { type ConnectionRecord, judgementIds } from '../../../tcp/capture.ts';

/** How a person names one connection: by number, by an endpoint or both, or by what became of it. */
export type ConnectionName =
  | { readonly number: number }
  | { readonly judgement: string }
  | { readonly endpoints: readonly string[] };

/** Throws a usage error for what is none of these. */
export function readConnectionName(text: string): ConnectionName {
  if (/^\d{1,9}$/.test(text)) return { number: Number(text) };
  if ((judgementIds as readonly string[]).includes(text)) return { judgement: text };
  if (/^[[\]0-9A-Fa-f:.]+:\d+(-[[\]0-9A-Fa-f:.]+:\d+)?$/.test(text)) return { endpoints: text.split('-') };
  throw usageError(
    'find the connection',
    text,
    `Name it by its number (17), an endpoint (10.0.0.1:40000 or [2001:db8::1]:40000, or both joined by "-"), or a judgement: ${judgementIds.join(', ')}.`,
  );
}

/** The first that fits; `examples` are looked at before, since they are the telling ones. */
export function findConnection(
  name: ConnectionName,
  examples: readonly ConnectionRecord[],
  records: Iterable<ConnectionRecord>,
): ConnectionRecord | undefined {
  for (const list of [examples, records]) {
    for (const record of list) if (isNamed(record, name)) return record;
  }
  return undefined;
}

function isNamed(record: ConnectionRecord, name: ConnectionName): boolean {
  if ('number' in name) return record.number === name.number;
  if ('judgement' in name) return record.judgement.id === name.judgement;
  const ends = [
    formatEndpoint(record.client, record.clientPort),
    formatEndpoint(record.server, record.serverPort),
  ];
  return name.endpoints.every((endpoint) => ends.includes(endpoint));
}
