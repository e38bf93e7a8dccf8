import { lookAtListeners } from '../../app/list-listeners.ts';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount, formatDurationMs } from '../../base/units.ts';
import { buildReport } from '../../diagnosis/build-report.ts';
import type { ListenerObservation, NamespaceObservation, Observation } from '../../tcp/observation.ts';
import { whoSetLimit } from '../../tcp/queue-limits.ts';
import { explainMissing, readingValue } from '../../tcp/reading.ts';
import type { HalfopenCommand } from '../command.ts';
import { renderTable } from '../table.ts';
import { version } from '../version.ts';

interface ListenersOptions {
  readonly netns: string;
  readonly json?: true;
}

const heading = [
  'namespace',
  'address',
  'queue',
  'limit',
  'limit set by',
  'drops',
  'SYN_RECV',
  'oldest waits',
  'owner',
];

export const listenersCommand: HalfopenCommand = {
  define: (program, done) => {
    program
      .command('listeners')
      .description(
        'Every listening socket: accept queue and limit, who set the limit, drops, half-open requests, owner.',
      )
      .option('--netns <which>', 'network namespaces: all, self, a name, a container id, or a pid', 'all')
      .option('--json', 'print one JSON document: the namespaces of the report contract')
      .action(async (options: ListenersOptions) => {
        const observation = await lookAtListeners(options.netns, { name: 'halfopen', version: version() });
        const unreadable = unreadableNamespaces(observation);
        if (unreadable.length === observation.namespaces.length) throw cannotSee(options.netns, unreadable);
        process.stdout.write(options.json ? json(observation) : render(observation));
        for (const reason of unreadable) process.stderr.write(`halfopen: not listed: ${reason}\n`);
        done({ exitCode: exitCodes.clean });
      });
  },
};

function unreadableNamespaces({ namespaces }: Observation): string[] {
  return namespaces.flatMap((one) =>
    one.listeners.status === 'ok' ? [] : [`${nameOf(one)}: ${explainMissing(one.listeners)}`],
  );
}

function cannotSee(netns: string, reasons: readonly string[]): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'list listening sockets in',
    on: netns,
    said: reasons.join('; '),
    remedy: 'Run it as root, or choose --netns self.',
  });
}

function nameOf(namespace: NamespaceObservation): string {
  return namespace.names[0] ?? `net:[${namespace.inode}]`;
}

function json(observation: Observation): string {
  const { namespaces } = buildReport(observation, { findings: [], unknowns: [] });
  const listeners = namespaces.map(({ inode, names, listeners }) => ({ inode, names, listeners }));
  return `${JSON.stringify({ schemaVersion: 1, namespaces: listeners }, null, 2)}\n`;
}

function render(observation: Observation): string {
  const rows = observation.namespaces.flatMap((namespace) =>
    (readingValue(namespace.listeners) ?? []).map((listener) => row(observation, namespace, listener)),
  );
  if (rows.length === 0) return 'No TCP socket is listening.\n';
  return renderTable(heading, rows, new Set([2, 3, 5, 6]));
}

function row(
  observation: Observation,
  namespace: NamespaceObservation,
  listener: ListenerObservation,
): string[] {
  const { length, limit } = listener.acceptQueue.after;
  const somaxconn = Number(readingValue(namespace.sysctls)?.['net.core.somaxconn'] ?? Number.NaN);
  const setBy = listener.limitKnown ? whoSetLimit(limit, somaxconn) : 'unknown';
  const { oldestMs } = listener.waiting.after;
  const full = listener.limitKnown && length > limit ? ' FULL' : '';
  return [
    nameOf(namespace),
    formatEndpoint(listener.address, listener.port),
    `${formatCount(length)}${full}`,
    listener.limitKnown ? formatCount(limit) : '?',
    setBy,
    listener.drops ? formatCount(listener.drops.after) : '?',
    formatCount(listener.synRecv.after),
    oldestMs > 0 ? formatDurationMs(oldestMs) : '-',
    owner(observation, listener.pids),
  ];
}

function owner(observation: Observation, pids: readonly number[]): string {
  const [first, ...others] = pids;
  if (first === undefined)
    return observation.host.asRoot ? '? (no process visible here holds it)' : '? (root sees all)';
  const name = readingValue(observation.processes)?.find((process) => process.pid === first)?.name ?? '?';
  return `${name} (pid ${first}${others.length > 0 ? ` and ${others.length} more` : ''})`;
}
