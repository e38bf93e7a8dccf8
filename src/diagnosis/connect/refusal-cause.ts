import { formatDurationMs, plural } from '../../base/units.ts';
import type { Confidence } from '../../tcp/finding.ts';
import type { ListenerObservation } from '../../tcp/observation.ts';
import { listenerWithOwner } from '../evidence.ts';
import { namespaceText } from '../namespace-command.ts';
import type { RuleView } from '../rule.ts';
import { refusedByReset } from './refused-by-reset.ts';
import type { RefusedConnects } from './refused-connects.ts';

export type RefusalCauseId =
  | 'nothing-listens'
  | 'bound-elsewhere'
  | 'listener-gone'
  | 'listener-started'
  | 'rejected-here'
  | 'refused-by-peer'
  | 'refused-for-a-while'
  | 'rejected-by-firewall'
  | 'unreachable'
  | 'other-family-answers';

export interface RefusalCause {
  readonly id: RefusalCauseId;
  readonly title: string;
  readonly explanation: string;
  readonly confidence: Confidence;
}

export function refusalCause(view: RuleView, refused: RefusedConnects): RefusalCause {
  const { direction, answered, answeredOtherFamily } = refused;
  if (answered === 0 && answeredOtherFamily >= refused.refused.length / 2) return otherFamily(refused);
  return direction === 'outgoing' ? causeThere(refused) : causeHere(view, refused);
}

function otherFamily({ destination, answeredOtherFamily }: RefusedConnects): RefusalCause {
  return {
    id: 'other-family-answers',
    title: 'the same port answers over the other IP version',
    explanation: `Clients try ${destination} first and then the other address of the name, where ${plural(answeredOtherFamily, 'attempt')} got an answer: a name such as localhost has an IPv6 and an IPv4 address, and the server listens on one of them only. It costs one round trip.`,
    confidence: 'certain',
  };
}

/** We ask, somebody else says no. */
function causeThere({ destination, unreachable, address, recoveredAfterMs }: RefusedConnects): RefusalCause {
  if (unreachable === undefined && recoveredAfterMs !== undefined) {
    return {
      id: 'refused-for-a-while',
      title: `${destination} answered with RST for ${formatDurationMs(recoveredAfterMs)} and takes connections again`,
      explanation:
        'One stretch of refusals and answers after it: the program there was restarted, and nobody listened in between.',
      confidence: 'likely',
    };
  }
  if (unreachable === undefined) {
    return {
      id: 'refused-by-peer',
      ...refusedByReset(destination),
      confidence: 'certain',
    };
  }
  const { code, by } = unreachable;
  const who = by === address ? 'the destination itself' : by;
  // A host that answers cannot be unreachable: by its own account it is a rule there.
  const isFirewall = by === address || /prohibited|policy|reject|port-unreachable/.test(code);
  return {
    id: isFirewall ? 'rejected-by-firewall' : 'unreachable',
    title: `${who} answers with ICMP ${code}`,
    explanation: isFirewall
      ? `TCP itself never answers a SYN with ICMP ${code}: a firewall rule at ${by} rejects it (iptables and nft REJECT).`
      : `${by} says that it cannot deliver to ${address}: no route there, or the host does not answer ARP or neighbour solicitation.`,
    confidence: 'certain',
  };
}

/** Others (or programs here) ask, this namespace says no. */
function causeHere(view: RuleView, refused: RefusedConnects): RefusalCause {
  const { unreachable, listener, elsewhere, port, address, answered } = refused;
  if (unreachable) {
    return {
      id: 'rejected-here',
      title: `ICMP ${unreachable.code} from ${unreachable.by}`,
      explanation: `TCP never answers a SYN with ICMP: a firewall rule in ${namespaceText(view)} (or in front of it, at ${unreachable.by}) rejects it.`,
      confidence: 'certain',
    };
  }
  if (listener && !listener.presence.after)
    return gone(refused, 'listener-gone', 'stopped listening while we watched');
  if (listener && !listener.presence.before && !isRefusedAllTheSame(refused, listener))
    return gone(refused, 'listener-started', 'began to listen only while we watched');
  if (listener) {
    return {
      id: 'rejected-here',
      title: 'a firewall rejects with tcp-reset although a program listens',
      explanation: `${listenerWithOwner(view, listener)} listens and still a RST is the answer${answered > 0 ? ` to some (${plural(answered, 'other')} got in)` : ''}: a rule with "reject with tcp reset" in ${namespaceText(view)} does that; TCP itself would not.`,
      confidence: 'likely',
    };
  }
  if (elsewhere) {
    return {
      id: 'bound-elsewhere',
      title: `port ${port} is open on ${elsewhere.address} only`,
      explanation: `${listenerWithOwner(view, elsewhere)} listens on that port, but not on ${address}: it was told to bind to one address, or to one IP version.`,
      confidence: 'certain',
    };
  }
  return {
    id: 'nothing-listens',
    title: `no program listens on port ${port} in ${namespaceText(view)}`,
    explanation:
      'The kernel answers a SYN to a closed port with RST. The server has stopped, failed to start, uses another port, or lives in another network namespace.',
    confidence: 'certain',
  };
}

const SEVERAL = 3;
/** Between listen() and the next look at the listeners. */
const NOTICED_AFTER_MS = 100;

/** Refusals went on after the listener was there: then it is not its absence that refuses. */
function isRefusedAllTheSame({ refused }: RefusedConnects, { queue }: ListenerObservation): boolean {
  const firstBin = queue?.bins.findIndex((length) => length >= 0) ?? -1;
  if (!queue || firstBin < 0) return false;
  const seenAtMs = (firstBin + 1) * queue.binMs;
  return refused.filter(({ atMs }) => atMs > seenAtMs + NOTICED_AFTER_MS).length >= SEVERAL;
}

function gone({ port }: RefusedConnects, id: RefusalCauseId, what: string): RefusalCause {
  return {
    id,
    title: `the program on port ${port} ${what}`,
    explanation:
      'Between the close of one listening socket and listen() on the next every SYN is answered with RST: a restart, a crash loop, or a deployment without handing the socket over.',
    confidence: 'certain',
  };
}
