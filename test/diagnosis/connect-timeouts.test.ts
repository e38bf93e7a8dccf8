import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { connectTimeouts } from '../../src/diagnosis/rules/connect-timeouts.ts';
import type { Handshake } from '../../src/tcp/observation.ts';
import {
  ends,
  makeCensus,
  makeCounters,
  makeGroup,
  makeHandshake,
  makeNamespace,
  makeObservation,
  makePackets,
  makeSocket,
} from '../fixtures/observation.ts';

/** Programs that give up after a while, seen at the end of the window just after they began anew: no SYN is repeated yet. */
function judge(moved: Readonly<Record<string, number>>, onWire = false) {
  const young = Array.from({ length: 4 }, (_, n) =>
    makeSocket({
      state: 'SYN_SENT',
      cookie: String(n),
      remoteAddress: '10.5.0.9',
      remotePort: 5432,
      retransmits: 0,
      timerExpiresMs: 900,
    }),
  );
  const census = makeCensus();
  const after = { ...census, groups: { ...census.groups, synSent: makeGroup(young) } };
  const handshakes = onWire
    ? [makeHandshake({ direction: 'outgoing', server: '10.5.0.9', serverPort: 5432 })]
    : [];
  const namespace = makeNamespace({
    sockets: ends(census, after),
    counters: makeCounters(moved),
    packets: makePackets({ handshakes }),
  });
  return diagnose(makeObservation({ namespaces: [namespace] }), [connectTimeouts]).findings;
}

/** Attempts that began and failed within the window, at no census. */
function judgeGone(more: Partial<Handshake>[], moved: Readonly<Record<string, number>>) {
  const tried = [1, 2, 3, 4].map((n) =>
    makeSocket({
      state: 'SYN_SENT',
      cookie: `t${n}`,
      localPort: 5000 + n,
      remoteAddress: '10.5.0.9',
      remotePort: 5432,
      retransmits: 2,
    }),
  );
  const handshakes = more.map((one, n) =>
    makeHandshake({
      direction: 'outgoing',
      server: '10.5.0.9',
      serverPort: 5432,
      clientPort: 5001 + n,
      ...one,
    }),
  );
  const namespace = makeNamespace({
    repeatedConnects: tried,
    counters: makeCounters(moved),
    packets: makePackets({ handshakes }),
  });
  return diagnose(makeObservation({ namespaces: [namespace] }), [connectTimeouts]).findings;
}

const failedHere = { 'TcpExt.TCPSynRetrans': 8, 'TcpExt.TCPRetransFail': 8 };

describe('connect-timeouts between two tries', () => {
  it('SYNs that were repeated and failed on this host are remembered by the counters', () => {
    expect(judge(failedHere)).toMatchObject([
      {
        severity: 'warning',
        cause: { id: 'never-left' },
        subject: { destination: '10.5.0.9:5432' },
      },
    ]);
  });

  it('young attempts alone are nothing, nor are others that failed here when these get out', () => {
    expect(judge({})).toEqual([]);
    expect(judge(failedHere, true)).toEqual([]);
  });
});

describe('connect-timeouts within the window', () => {
  it('attempts whose SYN waits for the address of the next hop, and fails', () => {
    const moved = { 'Tcp.AttemptFails': 4, 'TcpExt.TCPSpuriousRtxHostQueues': 12, 'TcpExt.TCPTimeouts': 12 };
    expect(judgeGone([], moved)).toMatchObject([
      { severity: 'warning', cause: { id: 'no-neighbour' }, subject: { destination: '10.5.0.9:5432' } },
    ]);
  });

  it('attempts whose SYNs fail on this host, and whose program gave up by itself', () => {
    expect(judgeGone([], failedHere)).toMatchObject([{ severity: 'warning', cause: { id: 'never-left' } }]);
  });

  it('attempts that were answered at last have not failed', () => {
    expect(judgeGone([{}, {}, {}, {}], { 'TcpExt.TCPSynRetrans': 8 })).toEqual([]);
  });
});
