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

/** A service manager that waits in vain ends a program the hard way. */
const LONGEST_GOODBYE_MS = 1800;

export async function runServe(options: ServeOptions, startServer: StartServer): Promise<number> {
  const { tlsCert, tlsKey } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usageError('serve HTTPS with', 'half of it', '--tls-cert and --tls-key belong together.');
  const isRoot = process.getuid?.() === 0;
  const log = serviceLog(options.logFormat);
  try {
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
            tls:
              tlsCert === undefined || tlsKey === undefined ? null : { certFile: tlsCert, keyFile: tlsKey },
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
      () => endWithin(LONGEST_GOODBYE_MS),
    );
    return exitCodes.clean;
  } finally {
    // All is kept by now: a window that is still waited for must not hold up the end.
    endWithin(0);
  }
}

/** With the exit code that is set by then. */

function endWithin(ms: number): void {
  setTimeout(() => process.exit(), ms).unref();
}
