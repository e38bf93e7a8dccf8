import { parseConnectionFilter } from '../../../capture/filter/parse-connection-filter.ts';
import { type ConnectionRecord, type JudgementId, judgementIds } from '../../../tcp/capture.ts';

/** The connections that a filter lets through; all of them without one. Throws a usage error for a filter that cannot be read. */
export function filterConnections(
  records: Iterable<ConnectionRecord>,
  filter: string | undefined,
): Iterable<ConnectionRecord> {
  if (filter === undefined) return records;
  const fits = parseConnectionFilter(filter);
  return (function* () {
    for (const record of records) if (fits(record)) yield record;
  })();
}

/** How many there are, and at most `most` of them: the worst judgements first, then in the order of the capture. */
export function worstConnections(
  records: Iterable<ConnectionRecord>,
  most: number,
): { readonly inAll: number; readonly connections: readonly ConnectionRecord[] } {
  const byJudgement = new Map<JudgementId, ConnectionRecord[]>();
  let inAll = 0;
  for (const record of records) {
    inAll++;
    const list = byJudgement.get(record.judgement.id) ?? [];
    if (list.length === 0) byJudgement.set(record.judgement.id, list);
    if (list.length < most) list.push(record);
  }
  const connections = judgementIds.flatMap((id) => byJudgement.get(id) ?? []).slice(0, most);
  return { inAll, connections };
}
