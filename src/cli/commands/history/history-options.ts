import { type Command, Option } from 'commander';
import { type Moment, readMoment } from '../../moment.ts';
import { readFileName } from '../../options.ts';

/** Of each subcommand. */
export interface HistoryOptions {
  readonly store?: string;
}

export interface SpanOptions extends HistoryOptions {
  readonly since: Moment;
  readonly until?: Moment;
}

export function withStore(command: Command): Command {
  return command.addOption(
    new Option('--store <file>', 'what halfopen serve writes')
      .argParser(readFileName)
      .default(undefined, '/var/lib/halfopen/history.db as root, else below ~/.local/state'),
  );
}

export function withSpan(command: Command): Command {
  return command
    .addOption(
      new Option('--since <when>', 'how long ago (10m, 1h, 2d), or a time (2026-11-21T03:12)')
        .argParser(readMoment)
        .default({ agoMs: 3_600_000 } satisfies Moment, '1h'),
    )
    .addOption(new Option('--until <when>', 'the same').argParser(readMoment).default(undefined, 'now'));
}
