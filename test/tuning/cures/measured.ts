import type { LabNamespace } from '../../../src/lab/namespace.ts';
import { sleep } from '../../rules/two-hosts.ts';

/** A counter of a namespace now, by "TcpExt.ListenOverflows". */
export function counter(namespace: LabNamespace, name: string): number {
  const [group = '', field = ''] = name.split('.');
  const file = group === 'Tcp' ? '/proc/net/snmp' : '/proc/net/netstat';
  const [names = [], values = []] = namespace
    .run('cat', [file])
    .split('\n')
    .filter((line) => line.startsWith(`${group}:`))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf(field)]);
}

export async function rise(namespace: LabNamespace, name: string, ms: number): Promise<number> {
  const before = counter(namespace, name);
  await sleep(ms);
  return counter(namespace, name) - before;
}

/** Sockets of both families, by what `ss` takes: "state fin-wait-2 sport = :8080". */
export function sockets(namespace: LabNamespace, which: string): number {
  return namespace.run('ss', ['-Htan', ...which.split(' ')]).split('\n').length - 1;
}

/** How long it takes until a condition holds, in ms from `sinceMs`; throws after `atMostMs`. */
export async function msUntil(
  sinceMs: number,
  atMostMs: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<number> {
  while (!(await isSo())) {
    if (performance.now() - sinceMs > atMostMs) throw new Error(`not so after ${atMostMs} ms`);
    await sleep(100);
  }
  return performance.now() - sinceMs;
}

export function valuesOf(namespace: LabNamespace, names: readonly string[]): readonly string[] {
  return names.map((name) => namespace.getSysctl(name));
}

/** For docs/guides/tuning.md: SHOW_MEASURED=1 npx vitest run test/tuning/cures. */
export function showMeasured(what: string, values: Readonly<Record<string, unknown>>): void {
  if (process.env.SHOW_MEASURED) console.info(`measured: ${what} ${JSON.stringify(values)}`);
}
