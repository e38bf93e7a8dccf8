import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { connectRefused } from '../../src/diagnosis/rules/connect-refused.ts';
import { connectTimeouts } from '../../src/diagnosis/rules/connect-timeouts.ts';
import type { Handshake, ListenerObservation } from '../../src/tcp/observation.ts';
import { denied } from '../../src/tcp/reading.ts';
import {
  makeCounters,
  makeHandshake,
  makeListener,
  makeNamespace,
  makeObservation,
  makePackets,
  makeQueueHistory,
} from '../fixtures/observation.ts';

function refused(count: number, of: Partial<Handshake>): Handshake[] {
  return Array.from({ length: count }, (_, n) => {
    const { synAckAfterMs, clientBytes, serverBytes, finBy, ...rest } = makeHandshake({
      atMs: n * 100,
      clientPort: 40_000 + n,
    });
    return { ...rest, synAckCount: 0, resetBy: 'server' as const, ...of };
  });
}

function judge(handshakes: readonly Handshake[], listeners: readonly ListenerObservation[] = []) {
  const namespace = makeNamespace({ listeners, packets: makePackets({ handshakes }) });
  return diagnose(makeObservation({ namespaces: [namespace] }), [connectRefused, connectTimeouts]).findings;
}

describe('connect-refused', () => {
  it('one message of a rate-limited router speaks for an attempt that goes on in silence', () => {
    const to = { direction: 'outgoing', server: '10.5.0.9', serverPort: 5432, resetBy: undefined } as const;
    const said = refused(1, { ...to, unreachable: { code: 'host-unreachable', by: '10.5.0.1' } });
    const hangs = refused(1, { ...to, clientPort: 41_000, synCount: 3 });
    expect(judge([...said, ...hangs])[0]).toMatchObject({
      id: 'connect-refused',
      severity: 'warning',
      cause: { id: 'unreachable' },
    });
    expect(judge(said)[0]).toMatchObject({ severity: 'info' });
  });

  it('ICMP names the firewall or the router that says no', () => {
    const outgoing = {
      direction: 'outgoing',
      server: '10.5.0.9',
      serverPort: 5432,
      resetBy: undefined,
    } as const;
    const by = (code: string, sender: string) =>
      ({ ...outgoing, unreachable: { code, by: sender } }) as Partial<Handshake>;
    expect(judge(refused(5, by('admin-prohibited', '10.5.0.1')))[0]).toMatchObject({
      severity: 'warning',
      subject: { destination: '10.5.0.9:5432' },
      cause: { id: 'rejected-by-firewall', title: '10.5.0.1 answers with ICMP admin-prohibited' },
    });
    expect(judge(refused(5, by('host-unreachable', '10.5.0.1')))[0]?.cause.id).toBe('unreachable');
    expect(judge(refused(5, by('host-unreachable', '10.5.0.9')))[0]?.cause.id).toBe('rejected-by-firewall');
  });

  it('localhost over IPv6 first, then over IPv4 with success, is information', () => {
    const first = refused(20, { direction: 'loopback', client: '::1', server: '::1', serverPort: 80 });
    const then = Array.from({ length: 20 }, (_, n) =>
      makeHandshake({
        direction: 'loopback',
        client: '127.0.0.1',
        clientPort: 50_000 + n,
        server: '127.0.0.1',
        serverPort: 80,
      }),
    );
    expect(judge([...first, ...then])).toMatchObject([
      { severity: 'info', cause: { id: 'other-family-answers' } },
    ]);
    expect(judge(first)).toMatchObject([{ severity: 'critical', cause: { id: 'nothing-listens' } }]);
  });

  it('one stretch of refusals with answers after it is a restart; answers in between are not', () => {
    const there = { direction: 'outgoing', server: '10.5.0.9', serverPort: 80 } as const;
    const stretch = refused(12, there);
    const answer = (atMs: number) => makeHandshake({ ...there, atMs, clientPort: 50_000 + atMs });
    expect(
      judge([answer(0), ...stretch.map((one) => ({ ...one, atMs: one.atMs + 10 })), answer(1500)]),
    ).toMatchObject([{ severity: 'info', cause: { id: 'refused-for-a-while' } }]);
    expect(judge([answer(0), ...stretch, answer(550), answer(1500)])).toMatchObject([
      { severity: 'critical', cause: { id: 'refused-by-peer' } },
    ]);
    expect(judge([answer(0), ...stretch.map((one) => ({ ...one, atMs: one.atMs + 10 }))])).toMatchObject([
      { severity: 'critical', cause: { id: 'refused-by-peer' } },
    ]);
  });

  it('single attempts at many destinations are one line of information', () => {
    const strays = [21, 22, 23, 25, 110].flatMap((serverPort) =>
      refused(1, { direction: 'outgoing', serverPort }),
    );
    expect(judge(strays)).toMatchObject([{ severity: 'info', cause: { id: 'many-destinations' } }]);
  });

  it('a port scan is one line of information', () => {
    const scan = [21, 22, 23, 25, 110, 143, 3389].flatMap((serverPort) =>
      refused(1, { serverPort, client: '10.7.7.7' }),
    );
    expect(judge(scan)).toMatchObject([
      { severity: 'info', cause: { id: 'port-scan' }, subject: { client: '10.7.7.7' } },
    ]);
  });

  it('a listener that went away in the window is named as such', () => {
    const gone = makeListener({ port: 80, presence: { before: true, after: false } });
    expect(judge(refused(12, { serverPort: 80 }), [gone])).toMatchObject([
      { severity: 'critical', cause: { id: 'listener-gone' } },
    ]);
  });

  it('without packets the counters leave a possibility and an unknown', () => {
    const packets = denied('packets', 'CAP_NET_RAW');
    const failing = makeNamespace({ packets, counters: makeCounters({ 'Tcp.AttemptFails': 9 }) });
    const { findings, unknowns } = diagnose(makeObservation({ namespaces: [failing] }), [connectRefused]);
    expect(findings).toMatchObject([{ severity: 'warning', confidence: 'possible' }]);
    expect(unknowns).toMatchObject([{ missing: 'packets' }]);
    const quiet = makeNamespace({ packets });
    expect(diagnose(makeObservation({ namespaces: [quiet] }), [connectRefused])).toEqual({
      findings: [],
      unknowns: [],
    });
    const timeouts = makeNamespace({
      packets,
      counters: makeCounters({ 'Tcp.AttemptFails': 9, 'TcpExt.TCPAbortOnTimeout': 9 }),
    });
    expect(diagnose(makeObservation({ namespaces: [timeouts] }), [connectRefused]).findings).toEqual([]);
  });

  it('a listener that came in the window is no excuse for refusals after it was there', () => {
    const bins = (bornAtMs: number) => Array.from({ length: 100 }, (_, n) => (n * 100 < bornAtMs ? -1 : 0));
    const born = (atMs: number) =>
      makeListener({
        port: 80,
        address: '0.0.0.0',
        presence: { before: false, after: true },
        queue: makeQueueHistory({ binMs: 100, bins: bins(atMs) }),
      });
    const knocks = refused(20, { direction: 'incoming', server: '10.0.0.1', serverPort: 80 });
    expect(judge(knocks, [born(500)])[0]).toMatchObject({
      cause: { id: 'rejected-here' },
      severity: 'critical',
    });
    expect(judge(knocks, [born(1900)])[0]?.cause.id).toBe('listener-started');
  });
});
