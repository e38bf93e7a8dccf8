import { describe, expect, it } from 'vitest';
import { deadPeers } from '../../src/diagnosis/rules/dead-peers.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { TcpSocket } from '../../src/tcp/socket.ts';
import {
  ends,
  makeCensus,
  makeCounters,
  makeEstablished,
  makeGroup,
  makeNamespace,
  makeObservation,
  makeSocket,
} from '../fixtures/observation.ts';

type Group = 'unanswered' | 'lastAck';

function judge(
  sockets: readonly TcpSocket[],
  established: number,
  group: Group = 'unanswered',
): readonly Finding[] {
  const census = makeCensus({
    groups: { ...makeCensus().groups, [group]: makeGroup(sockets) },
    established: [makeEstablished({ port: 24_224, total: established })],
  });
  const namespace = makeNamespace({ sockets: ends(census) });
  return deadPeers.judge({ observation: makeObservation({ namespaces: [namespace] }), namespace }).findings;
}

const silent = (count: number, overrides: Partial<TcpSocket> = {}): readonly TcpSocket[] =>
  Array.from({ length: count }, (_, n) =>
    makeSocket({
      cookie: String(n),
      remotePort: 40_000 + n,
      timer: 'retransmit',
      timerExpiresMs: 1000,
      retransmits: 6,
      ...overrides,
    }),
  );

/** Kernel 6.18, a peer that does not read: the window probe timer runs, its last ACK answered a probe. */
const stalledInfo = {
  retransmits: 0,
  probes: 0,
  backoff: 4,
  rtoUs: 212_000,
  rttUs: 10_019,
  unacked: 0,
  lastDataSentMs: 3552,
  lastDataReceivedMs: 3616,
  lastAckReceivedMs: 276,
  totalRetransmits: 1,
  bytesAcked: 127_480,
  bytesReceived: 0,
  segmentsOut: 30,
  segmentsIn: 20,
  bytesSent: 128_608,
  bytesRetransmitted: 0,
};

describe('dead-peers: how many are a fault', () => {
  it.each([
    { dead: 1, established: 1, severity: 'info' },
    { dead: 2, established: 2, severity: 'warning' },
    { dead: 2, established: 50, severity: 'info' },
    { dead: 3, established: 50, severity: 'warning' },
    { dead: 5, established: 5000, severity: 'info' },
    { dead: 60, established: 5000, severity: 'warning' },
  ])('$dead of $established: $severity', ({ dead, established, severity }) => {
    expect(judge(silent(dead), established)).toMatchObject([
      { severity, cause: { id: 'data-unacknowledged' } },
    ]);
  });

  it('a FIN that nobody acknowledges, from a server that has said its last word', () => {
    const [finding] = judge(silent(6, { state: 'LAST_ACK', inode: 0 }), 0, 'lastAck');
    expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'close-unacknowledged' } });
  });

  it('probes at another pace than the sysctls: no promise when it ends', () => {
    const probing = silent(3, { timer: 'keepalive', retransmits: 4, timerExpiresMs: 900 });
    const [ours] = judge(probing, 3);
    expect(ours?.evidence.find(({ name }) => name === 'givenUp')?.note).toContain('6.3 min');
    const [own] = judge(
      probing.map((socket) => ({ ...socket, timerExpiresMs: 100_000 })),
      3,
    );
    expect(own?.evidence.find(({ name }) => name === 'givenUp')).toBeUndefined();
  });
});

describe('dead-peers: a closed window is not death', () => {
  it('peers that answer window probes are alive and do not read', () => {
    const stalled = silent(4, {
      timer: 'zero-window-probe',
      retransmits: 0,
      sendQueue: 621_192,
      info: stalledInfo,
    });
    expect(judge(stalled, 4)).toMatchObject([{ severity: 'info', cause: { id: 'peer-does-not-read' } }]);
  });

  it('peers that leave window probes unanswered are not', () => {
    const gone = { ...stalledInfo, backoff: 6, lastAckReceivedMs: 22_060 };
    const probing = silent(4, { timer: 'zero-window-probe', retransmits: 2, sendQueue: 621_192, info: gone });
    expect(judge(probing, 4)).toMatchObject([
      { severity: 'warning', cause: { id: 'window-probe-unanswered' } },
    ]);
  });

  it('connections that the kernel gave up within the window were dead as well', () => {
    const probed = silent(4, { timer: 'keepalive', retransmits: 5 });
    const before = makeCensus({ groups: { ...makeCensus().groups, unanswered: makeGroup(probed) } });
    const gaveUp = (ended: number): readonly Finding[] => {
      const counters = makeCounters({ 'TcpExt.TCPAbortOnTimeout': ended });
      const namespace = makeNamespace({ sockets: ends(before, makeCensus()), counters });
      return deadPeers.judge({ observation: makeObservation({ namespaces: [namespace] }), namespace })
        .findings;
    };
    expect(gaveUp(4)).toMatchObject([{ severity: 'warning', cause: { id: 'keepalive-unanswered' } }]);
    // They are gone for another reason: their peers came back, and they ended as they should.
    expect(gaveUp(0)).toEqual([]);
  });
});
