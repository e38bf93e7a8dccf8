import { Option } from 'commander';
import type { HalfopenCommand } from '../command.ts';
import { collectTexts, readCount, readFileName, readPort } from '../options.ts';
import { readBlackBox, readCollector, readMaxSize, readRetention } from './serve/serve-options.ts';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly store?: string;
  readonly retain: number;
  readonly maxSize: number;
  readonly netns: string;
  readonly blackBox: number;
  readonly tokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowHost: readonly string[];
  readonly allowLab?: true;
  readonly allowTune?: true;
  readonly otlp?: string;
  readonly top: number;
  readonly user?: string;
  readonly logFormat: 'text' | 'json';
}

export const serveCommand: HalfopenCommand = {
  define: (program, done, { startServer }) => {
    program
      .command('serve')
      .description(
        'Record every second of every listener, keep incidents with their evidence, and serve them to browsers and metrics.',
      )
      .addOption(new Option('--port <port>', 'where to serve').argParser(readPort).default(4224))
      .option(
        '--host <address>',
        'the address to serve on; others than 127.0.0.1 and ::1 need --token-file',
        '127.0.0.1',
      )
      .addOption(
        new Option(
          '--store <file>',
          'where to keep it (default: /var/lib/halfopen/history.db as root, else ~/.local/state/halfopen/history.db)',
        ).argParser(readFileName),
      )
      .addOption(
        new Option('--retain <time>', 'for how long: 12h, 7d')
          .argParser(readRetention)
          .default(7 * 86_400, '7d'),
      )
      .addOption(
        new Option('--max-size <size>', 'and in how much room; seconds become tens of seconds, then minutes')
          .argParser(readMaxSize)
          .default(512e6, '512MB'),
      )
      .option('--netns <which>', 'network namespaces: all, self, a name, a container id, or a pid', 'all')
      .addOption(
        new Option('--black-box <size>', 'memory for the last SYN, FIN and RST packets; 0: none')
          .argParser(readBlackBox)
          .default(8e6, '8MB'),
      )
      .addOption(
        new Option('--token-file <file>', 'a file with the secret that viewers must know').argParser(
          readFileName,
        ),
      )
      .addOption(
        new Option('--tls-cert <file>', 'serve HTTPS with this certificate (PEM)').argParser(readFileName),
      )
      .addOption(new Option('--tls-key <file>', 'and its key').argParser(readFileName))
      .addOption(
        new Option('--allow-host <name>', 'a host name that browsers may use for it (may be repeated)')
          .argParser(collectTexts)
          .default([], 'none'),
      )
      .option('--allow-lab', 'let viewers play lab scenarios')
      .option('--allow-tune', 'let viewers make plans of changes; none is ever applied')
      .addOption(
        new Option('--otlp <url>', 'send metrics and incidents to this OTLP/HTTP collector').argParser(
          readCollector,
        ),
      )
      .addOption(
        new Option('--top <n>', 'listeners and peers with labels of their own in /metrics')
          .argParser(readCount)
          .default(50),
      )
      .option('--user <name>', 'go on as this user once everything that needs root is open')
      .addOption(
        new Option('--log-format <format>', 'lines on stderr').choices(['text', 'json']).default('text'),
      )
      .action(async (options: ServeOptions) => {
        const { runServe } = await import('./serve/serve-run.ts');
        done({ exitCode: await runServe(options, startServer) });
      });
  },
};
