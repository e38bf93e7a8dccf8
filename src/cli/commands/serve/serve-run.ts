import os from 'node:os';
import { systemClock } from '../../../app/diagnose-host.ts';
import { defaultStore } from '../../../app/serve/default-store.ts';
import { serve } from '../../../app/serve/serve.ts';
import type { StartServer } from '../../../app/serve/server-options.ts';
import { exitCodes, usageError } from '../../../base/errors.ts';
import { interruptible } from '../../interruptible.ts';
import { version } from '../../version.ts';
import type { ServeOptions } from '../serve.ts';
import { serviceLog } from './service-log.ts';

/** Whatever still runs by then has been told to end. */
const LONGEST_GOODBYE_MS = 1800;

export async function runServe(options: ServeOptions, startServer: StartServer): Promise<number> {
  const { tlsCert, tlsKey } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usageError('serve HTTPS with', 'half of it', '--tls-cert and --tls-key belong together.');
  const isRoot = process.getuid?.() === 0;
  const log = serviceLog(options.logFormat);
  await interruptible(
    (stop) =>
      serve(
        {
          host: options.host,
          port: options.port,
          store: {
            file: options.store ?? defaultStore({ isRoot, home: os.homedir() }, process.env),
            limits: { retainSeconds: options.retain, maxBytes: options.maxSize },
          },
          netns: options.netns,
          blackBoxBytes: options.blackBox,
          tokenFile: options.tokenFile ?? null,
          tls: tlsCert === undefined || tlsKey === undefined ? null : { certFile: tlsCert, keyFile: tlsKey },
          allowHosts: options.allowHost,
          allowLab: options.allowLab === true,
          allowTune: options.allowTune === true,
          otlp: options.otlp ?? null,
          topListeners: options.top,
          user: options.user ?? null,
          program: process.argv[1] ?? '',
          tool: { name: 'halfopen', version: version() },
          clock: systemClock,
          log,
        },
        startServer,
        stop,
      ),
    // A service manager that waits in vain would end it the hard way.
    () => setTimeout(() => process.exit(exitCodes.clean), LONGEST_GOODBYE_MS).unref(),
  );
  return exitCodes.clean;
}
