import { InvalidArgumentError, Option } from 'commander';
import { countSockets, type SocketCounts, type SocketGrouping } from '../../app/count-sockets.ts';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { formatCount } from '../../base/units.ts';
import { type TcpState, tcpStates } from '../../tcp/socket.ts';
import type { HalfopenCommand } from '../command.ts';
import { collectPorts } from '../options.ts';
import { renderTable } from '../table.ts';

interface SocketsOptions {
  readonly by: SocketGrouping;
  readonly state: readonly TcpState[];
  readonly port: readonly number[];
  readonly netns: string;
  readonly json?: true;
}

export const socketsCommand: HalfopenCommand = {
  define: (program, done) => {
    program
      .command('sockets')
      .description('Count TCP sockets.')
      .addOption(
        new Option('--by <what>', 'group them')
          .choices(['state', 'listener', 'peer', 'process'])
          .default('state'),
      )
      .addOption(
        new Option('--state <state>', 'only this state, e.g. CLOSE_WAIT (may be repeated)')
          .argParser(collectStates)
          .default([], 'all'),
      )
      .addOption(
        new Option('--port <port>', 'only this local or remote port (may be repeated)')
          .argParser(collectPorts)
          .default([], 'all'),
      )
      .option('--netns <which>', 'network namespaces: all, self, a name, a container id, or a pid', 'self')
      .option('--json', 'print one JSON document')
      .action(async (options: SocketsOptions) => {
        const counts = await countSockets({
          by: options.by,
          states: options.state,
          ports: options.port,
          netns: options.netns,
        });
        refuseEmptyHanded(counts);
        process.stdout.write(
          options.json ? `${JSON.stringify(counts, null, 2)}\n` : render(counts, options.by),
        );
        for (const reason of counts.missing) process.stderr.write(`halfopen: not counted: ${reason}\n`);
        done({ exitCode: exitCodes.clean });
      });
  },
};

/** "close-wait", "CLOSE_WAIT" and ss's "CLOSE-WAIT" are the same; "ESTAB" as well. */
function collectStates(text: string, before: readonly TcpState[]): readonly TcpState[] {
  const wanted = text.toUpperCase().replaceAll('-', '_');
  const state = tcpStates.find(
    (one) => one !== 'UNKNOWN' && (one === wanted || one.replaceAll('_', '') === wanted.replaceAll('_', '')),
  );
  const found = wanted === 'ESTAB' ? 'ESTABLISHED' : state;
  if (found === undefined) {
    throw new InvalidArgumentError(`A state is one of ${tcpStates.slice(1).join(', ')}.`);
  }
  return [...before, found];
}

function refuseEmptyHanded(counts: SocketCounts): void {
  if (counts.total > 0 || counts.missing.length === 0) return;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'count sockets in',
    on: counts.missing[0]?.split(':')[0] ?? 'this namespace',
    said: counts.missing.join('; '),
    remedy: 'Run it as root, or choose --netns self.',
  });
}

function render(counts: SocketCounts, by: SocketGrouping): string {
  const rows = counts.groups.map((group) => [
    formatCount(group.count),
    group.key,
    by === 'state' ? '' : statesText(group.states),
  ]);
  const heading =
    by === 'state' ? ['sockets', 'state', ''] : ['sockets', by === 'listener' ? 'local port' : by, 'states'];
  return `${renderTable(heading, rows, new Set([0]))}${formatCount(counts.total)} in all\n`;
}

function statesText(states: Readonly<Record<string, number>>): string {
  return Object.entries(states)
    .sort(([, a], [, b]) => b - a)
    .map(([state, count]) => `${state} ${formatCount(count)}`)
    .join(', ');
}
