import { describe, expect, it } from 'vitest';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { makeCaptureListener, makeFacts, makeRecord } from './capture-builders.ts';
import { silentListener } from './silent-listener.ts';

type Facts = Parameters<typeof diagnoseCapture>[0];
const ids = (facts: Facts) => diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);
const one = (listener: CaptureListener, some: Partial<Facts> = {}) =>
  makeFacts({ ...some, listeners: [listener] });

describe('nobody answers', () => {
  it('the field notes’ timeout: six SYNs of one client', () => {
    const atMs = [0, 1020, 3050, 7200, 15_400, 31_600];
    const examples = [
      makeRecord('syn-timeout', { server: '127.0.0.1', serverPort: 12345, syn: { sends: 6, atMs } }),
    ];
    const listener = silentListener(1, { address: '127.0.0.1', port: 12345 });
    const { findings } = diagnoseCapture(one(listener, { examples }));
    expect(findings).toMatchObject([
      {
        id: 'connect-timeouts',
        severity: 'warning',
        subject: { destination: '127.0.0.1:12345' },
        cause: { id: 'no-answer' },
        experiment: { set: { tcp_syn_retries: '5', tcp_syn_linear_timeouts: '0' } },
      },
    ]);
    expect(findings[0]?.title).toContain('6 SYNs in 31.6 s');
    expect(findings[0]?.evidence.map(({ note }) => note).join()).toContain(
      'SYNs at 0.0, 1.0, 3.0, 7.2, 15.4, 31.6 s',
    );
  });

  it('knows the linear timeouts of new kernels', () => {
    const atMs = [0, 1000, 2000, 3000, 4000, 5000, 7000, 11_000];
    const examples = [makeRecord('syn-timeout', { syn: { sends: 8, atMs } })];
    const { findings } = diagnoseCapture(one(silentListener(3), { examples }));
    expect(findings[0]?.experiment.set).toEqual({ tcp_syn_retries: '3', tcp_syn_linear_timeouts: '4' });
  });

  it.each([
    [10, 'critical'],
    [400, 'critical'],
    [2, 'warning'],
  ] as const)('%d attempts: %s', (attempts, severity) => {
    expect(ids(one(silentListener(attempts)))).toEqual([`${severity} connect-timeouts`]);
  });

  it('one destination that is down, among thousands of connections, is a note', () => {
    const busy = makeCaptureListener({ judgements: { completed: 5000 }, emptyShare: 0 });
    expect(ids(makeFacts({ listeners: [busy, silentListener(1, { address: '10.9.9.9' })] }))).toEqual([
      'info connect-timeouts',
    ]);
  });

  it('a scan of forty silent ports is one note with its author', () => {
    const listeners = Array.from({ length: 40 }, (_, n) =>
      silentListener(1, { port: 1000 + n, synRetransmissions: 1, packets: 2, clients: 1 }),
    );
    const examples = [1, 2].map((number) => makeRecord('syn-timeout', { number, client: '192.0.2.7' }));
    const { findings } = diagnoseCapture(makeFacts({ listeners, examples }));
    expect(findings).toMatchObject([
      { id: 'connect-timeouts', severity: 'info', subject: { peer: '192.0.2.7' } },
    ]);
  });

  it('data that flows without a SYN-ACK was answered elsewhere: unknown, no timeout', () => {
    const listener = silentListener(50, {
      packets: 900,
      packetsWithPayload: 300,
      payloadBytes: { toServer: 40_000, toClient: 0 },
      synRetransmissions: 0,
    });
    const { findings, unknowns } = diagnoseCapture(one(listener));
    expect(findings).toEqual([]);
    expect(unknowns.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['connect-timeouts', 'accept-queue-overflow', 'syn-flood']),
    );
    expect(unknowns[0]?.because).toContain('only one direction of the traffic with 10.0.0.2:443');
  });

  it('heartbeats of which one direction was captured carry no data, and are answered all the same', () => {
    const listener = silentListener(50, {
      packets: 200,
      synRetransmissions: 0,
      judgements: { 'syn-timeout': 50 },
    });
    const { findings, unknowns } = diagnoseCapture(one(listener));
    expect(findings).toEqual([]);
    expect(unknowns.map(({ rule }) => rule)).toContain('connect-timeouts');
  });

  it('SYNs that were captured twice are no second direction', () => {
    const listener = silentListener(5, { packets: 60 });
    const facts = makeFacts({ listeners: [listener], totals: { copies: 30 } });
    expect(ids(facts)).toEqual(['warning connect-timeouts']);
  });
});

describe('somebody says no', () => {
  const refusing = (refused: number, some: Partial<CaptureListener> = {}): CaptureListener =>
    silentListener(refused, {
      judgements: { refused },
      packets: refused * 2,
      synRetransmissions: 0,
      resets: { byClient: 0, byServer: refused },
      ...some,
    });

  it.each([
    [1, 'info'],
    [3, 'warning'],
    [5000, 'warning'],
  ] as const)('%d attempts of two clients at a closed port: %s', (refused, severity) => {
    const { findings } = diagnoseCapture(one(refusing(refused)));
    expect(findings).toMatchObject([
      { id: 'connect-refused', severity, cause: { id: 'refused-by-peer' }, confidence: 'certain' },
    ]);
  });

  it('a service that many clients want and none gets is down', () => {
    expect(ids(one(refusing(200, { clients: 40 })))).toEqual(['critical connect-refused']);
  });

  it('ICMP points at a firewall or a router', () => {
    const examples = [makeRecord('refused', { end: { how: 'unreachable', by: null, atMs: 4 } })];
    const { findings } = diagnoseCapture(one(refusing(5), { examples }));
    expect(findings).toMatchObject([{ cause: { id: 'rejected-by-firewall' } }]);
  });

  it('a scan of closed ports is one note', () => {
    const listeners = Array.from({ length: 100 }, (_, n) => refusing(1, { port: 1 + n, clients: 1 }));
    const { findings } = diagnoseCapture(makeFacts({ listeners, examples: [makeRecord('refused')] }));
    expect(findings).toMatchObject([{ id: 'connect-refused', severity: 'info', cause: { id: 'port-scan' } }]);
  });

  it('two ports that refuse are told one by one, three together; none of them is a scan', () => {
    const listeners = [81, 82, 83].map((port) => refusing(1, { port, clients: 1 }));
    expect(ids(makeFacts({ listeners: listeners.slice(1) }))).toEqual(Array(2).fill('info connect-refused'));
    const { findings } = diagnoseCapture(makeFacts({ listeners }));
    expect(findings).toMatchObject([{ id: 'connect-refused', cause: { id: 'refused-by-peer' } }]);
    expect(findings[0]?.title).toContain('; likewise 2 others');
  });

  it('the worst of many that refuse speaks for them', () => {
    const listeners = [3, 800, 5, 40].map((refused, n) => refusing(refused, { port: 81 + n, clients: 9 }));
    const { findings } = diagnoseCapture(makeFacts({ listeners }));
    expect(findings).toMatchObject([{ severity: 'critical', subject: { destination: '10.0.0.2:82' } }]);
  });
});
