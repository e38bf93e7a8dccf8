import type { CaptureFacts, ConnectionRecord } from '../../tcp/capture.ts';
import type { Finding } from '../../tcp/finding.ts';
import { hasSpokenAfter } from './signs-of-life.ts';
import { peerOf } from './silent-peer.ts';

/**
 * Who has forgotten a connection that was cut after a silence. device: the other side is alive, as its other connections show; refused:
 * it was answered with RST, by the other side or in its name; untold: nobody answers.
 */
export type Cut = 'device' | 'refused' | 'untold';

export function cutOf(facts: CaptureFacts, shown: readonly ConnectionRecord[]): Cut {
  if (shown.length > 0 && shown.every(({ end }) => end.how === 'reset')) return 'refused';
  const isAlive = shown.some((one) =>
    hasSpokenAfter(facts, peerOf(one), one.longestIdle.fromMs + one.longestIdle.ms),
  );
  return isAlive ? 'device' : 'untold';
}

/** `idle`: how long at least, in words. */
export function cutTitle(connections: string, count: number, idle: string | undefined, cut: Cut): string {
  const after = idle === undefined ? 'after a silence' : `after ${idle} of silence`;
  const [was, them] = count === 1 ? ['was', 'it'] : ['were', 'them'];
  const titles: Readonly<Record<Cut, string>> = {
    device: `${connections} ${was} forgotten by something on the way ${after}: what came then got no answer`,
    refused: `${connections} ${was} answered with RST ${after}: the other side, or something on the way, had forgotten ${them}`,
    untold: `${connections} got no answer any more ${after}: something on the way has forgotten ${them}, or the other side is gone`,
  };
  return titles[cut];
}

export const cutCauses: Readonly<Record<Cut, Finding['cause']>> = {
  device: {
    id: 'idle-timeout-cut',
    title: 'a firewall, NAT or load balancer forgets connections that say nothing for long',
  },
  refused: {
    id: 'idle-timeout-cut',
    title:
      'a firewall, NAT or load balancer forgets connections that say nothing for long, or the other side was started anew',
  },
  untold: {
    id: 'idle-timeout-cut',
    title:
      'a firewall, NAT or load balancer forgets connections that say nothing for long, or the other side is gone',
  },
};

export const cutExplanations: Readonly<Record<Cut, string>> = {
  device:
    'Both ends were alive and quiet, and what was said after the silence was dropped on the way: the entry of a stateful device there had expired. The other side goes on with other connections.',
  refused:
    'What was said after the silence was answered with RST: whoever sent it does not know the connection. A stateful device whose entry has expired does that in the name of the other side, and so does a host that was started anew, or a program that was and had a kernel timer end its half. If it happens after the same time again and again it is the device.',
  untold:
    'After the silence nothing came back any more. A stateful device on the way whose entry has expired drops what it does not know; a machine that lost power, or was removed, looks the same from here. If it happens after the same time again and again it is the device.',
};
