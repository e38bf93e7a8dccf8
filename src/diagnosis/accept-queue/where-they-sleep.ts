import { formatCount } from '../../base/units.ts';
import type { ProcessObservation, ThreadObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';

const eventWaits = /^(epoll_|poll|ppoll|select|pselect6|accept|io_uring_enter)/;

/** Where those sleep who should accept, in words: in a file, a lock, a timer; or waiting for events but not for this listener. */
export function whereTheySleep(processes: readonly ProcessObservation[]): string {
  const [process] = processes;
  if (!process) return 'the process does not accept';
  if (processes.length > 1) {
    const all =
      processes.length === 2 ? 'both processes are' : `all ${formatCount(processes.length)} processes are`;
    const place = placeOf(mainThread(process));
    return `${all} alive, but none of them accepts from this listener: process ${process.pid} is in ${place}`;
  }
  return whereOneSleeps(process);
}

function whereOneSleeps(process: ProcessObservation): string {
  const threads = readingValue(process.threads) ?? [];
  const main = mainThread(process);
  if (!main) return `process ${process.pid} does not call accept()`;
  if (process.state.after === 'D')
    return `process ${process.pid} waits for a disk or a network file system (state D)`;
  // The call it was seen in most: a fault that began within the window.
  if (main.systemCall?.startsWith('accept') && threads.length === 1)
    return `process ${process.pid} accepted at first and then stopped doing so, while we watched`;
  if (main.systemCall && eventWaits.test(main.systemCall)) {
    // A call for few descriptors is how libraries wait for one answer with a timeout: a resolver, a database driver.
    const why =
      /poll|select/.test(main.systemCall) && !main.systemCall.startsWith('epoll')
        ? 'for an answer from elsewhere, or at its own connection limit?'
        : 'its own connection limit?';
    return `process ${process.pid} waits in ${main.systemCall} but does not accept from this listener (${why})`;
  }
  // Which of the threads is the one that accepts cannot be seen while none does.
  const elsewhere = threads.filter(({ systemCall }) => !systemCall?.startsWith('accept'));
  if (elsewhere.length < threads.length)
    return `process ${process.pid} accepts from other sockets but not from this one: a thread is asleep in ${placeOf(elsewhere[0] ?? main)}`;
  const places = [...new Set([main, ...threads].map(placeOf))];
  const [first, ...others] = places;
  const also = others.length === 0 ? '' : ` (other threads: ${others.slice(0, 2).join(', ')})`;
  return `process ${process.pid} is alive but asleep in ${first}${also} and does not call accept()`;
}

function mainThread(process: ProcessObservation): ThreadObservation | undefined {
  const threads = readingValue(process.threads) ?? [];
  return threads.find((thread) => thread.tid === process.pid) ?? threads[0];
}

/** "flock on file /var/lock/x", "futex", or the kernel function it waits in. */
function placeOf(thread: ThreadObservation | undefined): string {
  const call = thread?.systemCall;
  if (!call) return thread?.waitChannel ?? 'an unknown place';
  return thread.systemCallTarget ? `${call} on ${thread.systemCallTarget}` : call;
}
