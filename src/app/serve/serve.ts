import type { Clock } from '../../base/clock.ts';
import { usageError } from '../../base/errors.ts';
import type { Limits } from '../../history/store/retention.ts';
import { becomeUser, keptCapabilityNames } from '../../kernel/processes/become-user.ts';
import { findUser, type User } from '../../kernel/processes/find-user.ts';
import { startRecorder } from '../record/recorder.ts';
import type { Recorder, RecorderLog } from '../record/recorder-options.ts';
import { requireLinux } from '../require-linux.ts';
import { prepareHandOver } from './hand-over-store.ts';
import { refuseOpenDoor } from './open-door.ts';
import { readTlsFiles, readTokenFile } from './secret-files.ts';
import type { RunningServer, ServerOptions, StartServer } from './server-options.ts';
import { tellWhatIsWatched } from './tell-what-is-watched.ts';

export interface ServeRequest
  extends Pick<
    ServerOptions,
    'host' | 'port' | 'allowHosts' | 'allowLab' | 'allowTune' | 'otlp' | 'topListeners' | 'program' | 'log'
  > {
  readonly store: { readonly file: string; readonly limits: Limits };
  readonly netns: string;
  /** Of all rings together; 0: no black box. */
  readonly blackBoxBytes: number;
  readonly tokenFile: string | null;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Who goes on once everything that needs root is open; null: whoever started it. */
  readonly user: string | null;
  readonly tool: { readonly name: string; readonly version: string };
  readonly clock: Clock;
}

/**
 * Records and serves until `stop`. Throws HalfopenError: usage for what does not go together or is not safe, cannotObserve where the store,
 * the port or the kernel refuse; nothing is left running then.
 */
export async function serve(
  request: ServeRequest,
  startServer: StartServer,
  stop: AbortSignal,
): Promise<void> {
  requireLinux('record');
  const { log, store } = request;
  const user = request.user === null ? null : userNamed(request.user, request);
  const token = request.tokenFile === null ? null : readTokenFile(request.tokenFile);
  refuseOpenDoor(request.host, token);
  const tls = request.tls === null ? null : readTlsFiles(request.tls.certFile, request.tls.keyFile);
  const handOver = user === null ? () => {} : prepareHandOver(store.file, user);
  const { tool, clock, netns, blackBoxBytes } = request;
  const recorder = await startRecorder({ tool, clock, netns, store, blackBoxBytes, log });
  let server: RunningServer | undefined;
  try {
    server = await startServer({ ...request, feed: recorder, storeFile: store.file, token, tls });
    handOver();
    if (user !== null) await giveRootAway(user, log);
    const endTelling = tellWhatIsWatched(recorder, { ...request, url: server.url });
    await aborted(stop);
    endTelling();
    log.info('stopping');
  } finally {
    await endAll(recorder, server);
  }
  log.info('stopped; what was recorded is kept', { file: store.file });
}

/** Who looks on goes first: the recorder's last words are for the store. */
async function endAll(recorder: Recorder, server: RunningServer | undefined): Promise<void> {
  try {
    await server?.close();
  } finally {
    await recorder.stop();
  }
}

function userNamed(name: string, { allowLab, allowTune }: ServeRequest): User {
  if (allowLab || allowTune)
    throw usageError(
      'give root away with',
      '--user',
      '--allow-lab and --allow-tune start programs that need root: choose one or the other.',
    );
  if (process.getuid?.() !== 0)
    throw usageError(
      'become the user',
      name,
      'Only root can become another user: start it with sudo, or leave --user away.',
    );
  const user = findUser(name);
  if (user === undefined)
    throw usageError('become the user', `"${name}"`, 'There is none of this name in /etc/passwd.');
  if (user.uid === 0)
    throw usageError(
      'become the user',
      name,
      'This is root: name one without privileges, or leave --user away.',
    );
  return user;
}

async function giveRootAway(user: User, log: RecorderLog): Promise<void> {
  await becomeUser(user);
  log.info(`running as ${user.name}, root is given away`, { uid: user.uid, kept: keptCapabilityNames });
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
