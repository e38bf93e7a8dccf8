import { describe, expect, it } from 'vitest';
import { retransmissions } from '../../src/diagnosis/rules/retransmissions.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { NamespaceObservation } from '../../src/tcp/observation.ts';
import { absent } from '../../src/tcp/reading.ts';
import {
  ends,
  makeCensus,
  makeCounters,
  makeGroup,
  makeHandshake,
  makeListener,
  makeNamespace,
  makeObservation,
  makePackets,
  makeSocket,
} from '../fixtures/observation.ts';

function judge(overrides: Parameters<typeof makeNamespace>[0]): readonly Finding[] {
  const namespace: NamespaceObservation = makeNamespace(overrides);
  return retransmissions.judge({ observation: makeObservation({ namespaces: [namespace] }), namespace })
    .findings;
}

/** 50 of 1,000 segments sent again, and what else moved. */
const fiveOfHundred = (more: Readonly<Record<string, number>>) => ({
  counters: makeCounters({ 'Tcp.OutSegs': 950, 'Tcp.RetransSegs': 50, ...more }),
});

describe('retransmissions: telling loss from what looks like it', () => {
  it('loss: receivers report no duplicates', () => {
    const [finding] = judge(fiveOfHundred({ 'TcpExt.TCPFastRetrans': 45, 'TcpExt.TCPDSACKRecvSegs': 2 }));
    expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'packet-loss' } });
    expect(finding?.title).toContain('5 %');
  });

  it('spurious: receivers had most of it already', () => {
    expect(judge(fiveOfHundred({ 'TcpExt.TCPDSACKRecvSegs': 40 }))).toMatchObject([
      { severity: 'info', cause: { id: 'spurious' } },
    ]);
  });

  it('local drop: resends fail on this host', () => {
    expect(judge(fiveOfHundred({ 'TcpExt.TCPRetransFail': 50 }))).toMatchObject([
      { severity: 'warning', cause: { id: 'local-drop' } },
    ]);
  });

  it('dead peers: most resends belong to connections without any answer, which is another finding', () => {
    const tries = (retransmits: number) =>
      Array.from({ length: 12 }, (_, n) =>
        makeSocket({ cookie: String(n), timer: 'retransmit', timerExpiresMs: 500, retransmits }),
      );
    const census = (retransmits: number) =>
      makeCensus({ groups: { ...makeCensus().groups, unanswered: makeGroup(tries(retransmits)) } });
    const sockets = ends(census(2), census(5));
    expect(judge({ ...fiveOfHundred({}), sockets })).toMatchObject([
      { severity: 'info', cause: { id: 'dead-peers' } },
    ]);
  });

  it('SYN retries are no data: 50 of them are nothing for this rule', () => {
    expect(judge(fiveOfHundred({ 'TcpExt.TCPSynRetrans': 50 }))).toEqual([]);
  });

  it('a kernel without the counter gives an unknown, not a clean verdict', () => {
    const namespace = makeNamespace({ counters: ends({ 'Tcp.OutSegs': 1 }) });
    const judgement = retransmissions.judge({
      observation: makeObservation({ namespaces: [namespace] }),
      namespace,
    });
    expect(judgement.unknowns).toMatchObject([{ rule: 'retransmissions', missing: 'Tcp.RetransSegs' }]);
  });

  it('works without the census', () => {
    const sockets = absent('sock_diag', 'not read');
    expect(judge({ ...fiveOfHundred({}), sockets })).toMatchObject([{ cause: { id: 'packet-loss' } }]);
  });

  it('a full accept queue explains what its clients resend, and nothing where its clients are elsewhere', () => {
    const listeners = [makeListener({ port: 80, drops: ends(0, 60) })];
    const asked = (direction: 'incoming' | 'loopback') =>
      makePackets({ handshakes: [makeHandshake({ direction, serverPort: 80 })] });
    const moved = fiveOfHundred({ 'TcpExt.ListenOverflows': 60 });
    expect(judge({ ...moved, listeners, packets: asked('loopback') })).toMatchObject([
      { severity: 'info', cause: { id: 'full-accept-queue' } },
    ]);
    expect(judge({ ...moved, listeners, packets: asked('incoming') })).toMatchObject([
      { severity: 'warning', cause: { id: 'packet-loss' } },
    ]);
  });
});
