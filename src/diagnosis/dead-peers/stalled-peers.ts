import { unmapIpv4 } from '../../base/ip-text.ts';
import { formatBytes, formatCount } from '../../base/units.ts';
import type { Finding } from '../../tcp/finding.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import type { RuleView } from '../rule.ts';
import { groupBy, mostFrequent } from '../socket-groups/lasting-sockets.ts';
import { ownersOfSockets, subjectOf, withOwners } from '../socket-groups/socket-owners.ts';
import { socketSide } from '../socket-groups/socket-side.ts';

const SEVERAL = 3;

/** One finding for each listener or destination with several peers that are alive but do not read. */
export function stalledPeers(view: RuleView, stalled: readonly TcpSocket[]): readonly Finding[] {
  const sided = stalled.map((socket) => ({ socket, side: socketSide(view, socket) }));
  return [...groupBy(sided, ({ side }) => side.name).values()].flatMap((members) => {
    const [first] = members;
    if (!first || members.length < SEVERAL) return [];
    const sockets = members.map(({ socket }) => socket);
    const owners = ownersOfSockets(view, sockets, first.side);
    const hosts = sockets.map((socket) => unmapIpv4(socket.remoteAddress));
    const waiting = sockets.reduce((sum, socket) => sum + socket.sendQueue, 0);
    return [
      {
        id: 'dead-peers',
        severity: 'info',
        confidence: 'certain',
        namespace: view.namespace.inode,
        subject: subjectOf(first.side, owners),
        title: `${formatCount(sockets.length)} peers of ${withOwners(first.side.name, owners)} are alive but do not read: their windows are closed`,
        explanation:
          'Their kernels answer the window probes, so the machines and the path are fine; their programs do not take the data they asked for. Such a connection lives as long as the peer answers: no sysctl ends it.',
        cause: { id: 'peer-does-not-read', title: 'the program at the other end does not read' },
        evidence: [
          { source: 'sock_diag', name: 'zeroWindow', value: sockets.length, unit: 'connections', note: '' },
          {
            source: 'sock_diag',
            name: 'unsent',
            value: waiting,
            unit: 'bytes',
            note: `${formatBytes(waiting)} wait here to be read there`,
          },
          {
            source: 'sock_diag',
            name: 'peers',
            value: mostFrequent(hosts, 1),
            unit: '',
            note: mostFrequent(hosts),
          },
        ],
        ruledOut: [{ id: 'dead-peers', because: 'the last ACK answered a window probe' }],
        remedies: [
          {
            kind: 'application',
            summary:
              'look at the peer’s program; here, bound how long a response may take to be read (nginx: send_timeout) or set TCP_USER_TIMEOUT',
            command: '',
            effect: 'a peer that does not read for so long is disconnected',
            risk: 'slow but honest readers too',
          },
          {
            kind: 'none',
            idle: ['net.ipv4.tcp_retries2'],
            summary: 'SO_KEEPALIVE, tcp_retries2 and larger send buffers do not help',
            command: '',
            effect: 'the peer answers every probe, so the kernel has no reason to give up',
            risk: '',
          },
        ],
        // A peer that answers every probe is no failure that a changed setting would end.
        experiment: noExperiment,
      },
    ];
  });
}
