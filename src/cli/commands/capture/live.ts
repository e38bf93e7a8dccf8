import { type Command, Option } from 'commander';
import type { CommandResult } from '../../command.ts';
import { collectPorts, readDuration, readFileName } from '../../options.ts';
import { type FileRingOption, readBuffer, readFileRing, readSnap } from './live-options.ts';

export interface LiveOptions {
  readonly port: readonly number[];
  readonly netns: string;
  readonly interface?: string;
  readonly for?: number;
  readonly write?: string;
  readonly ring?: FileRingOption;
  readonly snap: number;
  readonly buffer: number;
  readonly json?: true;
}

/** Adds `capture live`. */
export function defineLive(capture: Command, done: (result: CommandResult) => void): void {
  capture
    .command('live')
    .description(
      'Capture TCP, and ICMP errors about it, from the kernel, and say what it shows; needs no other program.',
    )
    .addOption(
      new Option('--port <port>', 'only this port (may be repeated)')
        .argParser(collectPorts)
        .default([], 'all'),
    )
    .option('--netns <which>', 'network namespace: self, a name, a container id, or a pid', 'self')
    .option('--interface <name>', 'only this interface of it')
    .addOption(
      new Option('--for <duration>', 'how long: 500ms, 10s, 2m (without it: until Ctrl-C)').argParser(
        readDuration,
      ),
    )
    .option('--write <file>', 'write the packets as pcapng, for tcpdump, tshark and others', readFileName)
    .addOption(
      new Option(
        '--ring <files>',
        'write several files one after the other and keep the last: 8x64MB',
      ).argParser(readFileRing),
    )
    .addOption(
      new Option('--snap <bytes>', 'how much to keep of each packet, from the IP header on')
        .argParser(readSnap)
        .default(128, '128: headers'),
    )
    .addOption(
      new Option('--buffer <size>', 'kernel memory for packets that are waiting')
        .argParser(readBuffer)
        .default(64 * 1024 ** 2, '64MiB'),
    )
    .option('--json', 'print the summary as one JSON document')
    .action(async (options: LiveOptions) => {
      const { runLive } = await import('./live-run.ts');
      done(await runLive(options));
    });
}
