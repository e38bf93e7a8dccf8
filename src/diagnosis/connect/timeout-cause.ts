import { plural } from '../../base/units.ts';
import type { Confidence } from '../../tcp/finding.ts';
import { counterRise, isFull, listenerName } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import type { FullQueue, UnansweredConnects } from './unanswered-connects.ts';

export interface TimeoutCause {
  readonly id: 'accept-queue-full' | 'no-neighbour' | 'never-left' | 'some-lost' | 'no-answer';
  readonly title: string;
  readonly explanation: string;
  readonly confidence: Confidence;
}

/** Why nobody answers, as far as this side can tell. */
export function timeoutCause(
  view: RuleView,
  connects: UnansweredConnects,
  full: FullQueue | undefined,
): TimeoutCause {
  const { destination, neverLeft, answered } = connects;
  if (full) {
    return {
      id: 'accept-queue-full',
      title: `the accept queue of ${listenerName(full.listener)} is full${isFull(full.listener.acceptQueue.after) ? '' : ' at times'}`,
      explanation: `The destination is on this host: ${listenerName(full.listener)} drops every SYN while its accept queue is full (see accept-queue-overflow). The network has nothing to do with it.`,
      confidence: 'certain',
    };
  }
  if (
    connects.unanswered.length === 0 &&
    answered === 0 &&
    (counterRise(view, 'TcpExt.TCPSpuriousRtxHostQueues') ?? 0) > 0
  ) {
    return {
      id: 'no-neighbour',
      title: 'the next hop does not answer ARP or neighbour solicitation',
      explanation:
        'The SYN still waits in this host for the hardware address of the next hop (TCPSpuriousRtxHostQueues rises when it would be repeated): the destination, or the gateway to it, is down or not on this link. connect() then fails with EHOSTUNREACH after about 3 s.',
      confidence: 'likely',
    };
  }
  if (neverLeft) {
    const failed = (counterRise(view, 'TcpExt.TCPRetransFail') ?? 0) > 0;
    return {
      id: 'never-left',
      title: 'the SYNs never left this namespace',
      explanation: `Packets were captured while SYNs were due, and none was sent: ${failed ? 'an OUTPUT rule of the firewall here drops them (TCPRetransFail rises)' : 'a rule or a route here swallows them'}.`,
      confidence: failed ? 'certain' : 'likely',
    };
  }
  if (answered > 0) {
    return {
      id: 'some-lost',
      title: `${destination} answers some SYNs and not others`,
      explanation: `${plural(answered, 'other attempt')} to the same destination got an answer: its accept queue is full at times, one of several servers behind the address is dead, or packets get lost.`,
      confidence: 'likely',
    };
  }
  return {
    id: 'no-answer',
    title: `${destination} does not answer, not even with a refusal`,
    explanation:
      'A closed port answers with RST, and an unreachable host usually with ICMP. Silence is a firewall that drops (there or on the way), a host that is down, a route that leads nowhere, or a listener there whose accept queue is full.',
    confidence: 'likely',
  };
}
