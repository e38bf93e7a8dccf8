import type { RetransmissionCause } from './retransmission-facts.ts';

export const retransmissionTitles: Readonly<Record<RetransmissionCause, string>> = {
  'packet-loss': 'segments or their acknowledgements are lost on the way',
  spurious: 'most were not lost, only late or out of order: the receivers had them already',
  'local-drop': 'this host itself stops them before they reach the wire',
  'dead-peers': 'they go to peers that do not answer at all',
  'full-accept-queue': 'a full accept queue drops what its clients send',
};

export const retransmissionExplanations: Readonly<Record<RetransmissionCause, string>> = {
  'packet-loss':
    'Each loss costs at least a round trip, and 200 ms or more when it is the last segment of a burst (timeout); throughput falls with the square root of the loss rate. SYN and SYN-ACK retries are not counted here.',
  spurious:
    'The receivers report the same bytes twice (DSACK), so that the first copy had arrived: a delay longer than the retransmission timeout, or packets that overtake each other. It wastes bandwidth and slows senders down, nothing is lost.',
  'local-drop':
    'The kernel tried to send again and its own output failed (TCPRetransFail): a firewall rule on OUTPUT, a missing route, an interface that is down, a full queue.',
  'dead-peers':
    'Most resends belong to a few connections without any acknowledgement, not to a lossy path: see dead-peers.',
  'full-accept-queue':
    'As many segments were dropped at a full accept queue: a client that believes to be connected repeats its data and its FIN until it is let in. The path is not to blame: see accept-queue-overflow.',
};
