import { describe, expect, it } from 'vitest';
import { captureVerdict } from '../../../src/report/capture/capture-verdict.ts';
import type { CaptureReport } from '../../../src/tcp/capture.ts';
import { byTime } from '../../capture/craft/by-time.ts';
import { bystander } from '../../capture/craft/bystander.ts';
import { Conversation } from '../../capture/craft/conversation.ts';
import type { CraftedPacket } from '../../capture/craft/crafted-packet.ts';
import { analyzeCrafted } from './analyze-crafted.ts';

/** Captures as people take them, in which nothing is wrong, or one thing that is easily taken for another. */
const ids = ({ findings }: CaptureReport) => findings.map(({ id, severity }) => `${severity} ${id}`);
const sentence = (report: CaptureReport) => captureVerdict(report).headline;

/** `count` clients that ask and are answered, `everyMs` one after the other. */
function requests(count: number, everyMs = 40): readonly Conversation[] {
  return Array.from({ length: count }, (_, n) =>
    new Conversation({ client: `10.1.${n >> 6}.${(n & 63) + 1}:${40_000 + n}`, server: '10.0.0.2:443' })
      .open(n * everyMs)
      .exchange(n * everyMs + 5, 300, 1200)
      .close(n * everyMs + 20),
  );
}

const packetsOf = (talks: readonly Conversation[]): readonly CraftedPacket[] =>
  byTime(...talks.map(({ packets }) => packets));

describe('healthy', () => {
  it('a server at work', async () => {
    const report = await analyzeCrafted(packetsOf(requests(300)));
    expect(ids(report)).toEqual([]);
    expect(report.unknowns).toEqual([]);
    expect(sentence(report)).toBe('Nothing is wrong with the 300 connections in this capture');
  });

  it('checks of three load balancers each second, beside the work', async () => {
    const checks = Array.from({ length: 60 }, (_, n) => {
      const atMs = Math.floor(n / 3) * 1000 + (n % 3) * 300;
      return new Conversation({ client: `10.2.0.${(n % 3) + 1}:${50_000 + n}`, server: '10.0.0.2:443' })
        .open(atMs)
        .close(atMs + 2);
    });
    const report = await analyzeCrafted(packetsOf([...requests(300, 60), ...checks]));
    expect(ids(report)).toEqual([]);
    expect(sentence(report)).toContain('Nothing is wrong');
    const alone = await analyzeCrafted(packetsOf(checks));
    expect(ids(alone).filter((one) => !one.startsWith('info'))).toEqual([]);
  });

  it('long polls: open for half a minute, answered late', async () => {
    const polls = Array.from({ length: 40 }, (_, n) =>
      new Conversation({ client: `10.1.0.${n + 1}:40000`, server: '10.0.0.2:8000' })
        .open(n * 20)
        .client(n * 20 + 5, 'P.', { data: 200 })
        .server(n * 20 + 6, '.')
        .server(n * 20 + 30_000, 'P.', { data: 80 })
        .client(n * 20 + 30_001, '.'),
    );
    const report = await analyzeCrafted(packetsOf(polls));
    expect(ids(report)).toEqual([]);
    expect(sentence(report)).toContain('Nothing is wrong with the 40 connections');
  });

  it('captured on any: each packet twice', async () => {
    const twice = packetsOf(requests(50)).flatMap((packet) => [
      packet,
      { ...packet, atMs: packet.atMs + 0.02 },
    ]);
    const report = await analyzeCrafted(
      twice.toSorted((a, b) => a.atMs - b.atMs),
      { link: 'cooked2' },
    );
    expect(ids(report)).toEqual([]);
    expect(sentence(report)).toContain('Nothing is wrong with the 50 connections');
  });

  it('54 bytes of each frame: headers without all their options', async () => {
    const report = await analyzeCrafted(packetsOf(requests(50)), { snapLength: 54 });
    expect(ids(report)).toEqual([]);
    expect(report.judgements).toEqual({ completed: 50 });
  });

  it('a capture that begins in the middle', async () => {
    const talks = Array.from({ length: 30 }, (_, n) =>
      new Conversation({
        client: `10.1.0.${n + 1}:40000`,
        server: '10.0.0.2:5432',
        midStream: { client: 5000, server: 90_000 },
      })
        .exchange(n * 100)
        .exchange(n * 100 + 3000),
    );
    const report = await analyzeCrafted(packetsOf(talks));
    expect(ids(report)).toEqual([]);
    expect(report.unknowns.map(({ because }) => because)).toContain(
      'no handshake was captured: all connections had begun before',
    );
    expect(report.judgements).toEqual({ ongoing: 30 });
  });

  it('one second', async () => {
    const report = await analyzeCrafted(packetsOf(requests(100, 10)));
    expect(ids(report)).toEqual([]);
    expect(sentence(report)).toContain('Nothing is wrong with the 100 connections');
  });
});

describe('one direction only', () => {
  const all = packetsOf(requests(60));

  it.each(['client', 'server'] as const)('what the %s sent: no alarm, and it says so', async (side) => {
    const report = await analyzeCrafted(all.filter(({ from }) => from === side));
    expect(ids(report)).toEqual([]);
    expect(sentence(report)).not.toContain('Nothing is wrong with');
    expect(report.unknowns.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['syn-flood', 'connect-timeouts', 'accept-queue-overflow']),
    );
  });
});

describe('easily taken for something else', () => {
  it('a SYN scan: closed ports and open ones, none of them completed', async () => {
    const scan = Array.from({ length: 120 }, (_, n) => {
      const talk = new Conversation({ client: '192.0.2.7:61000', server: `10.0.0.2:${n + 1}` }).client(
        n * 4,
        'S',
      );
      const isOpen = n % 40 === 21;
      if (isOpen) talk.server(n * 4 + 0.3, 'S.').client(n * 4 + 0.6, 'R');
      else talk.server(n * 4 + 0.3, 'R.');
      return talk;
    });
    const report = await analyzeCrafted([...packetsOf(scan), bystander(3000)]);
    expect(report.findings).toMatchObject([
      {
        id: 'connect-refused',
        severity: 'info',
        cause: { id: 'port-scan' },
        subject: { client: '192.0.2.7' },
      },
    ]);
  });

  it('one client of many vanished', async () => {
    const gone = new Conversation({ client: '10.9.9.9:40000', server: '10.0.0.2:443' })
      .open(100)
      .exchange(105)
      .server(2000, 'P.', { data: 500, lost: true });
    for (const atMs of [2210, 2620, 3440, 5080, 8360])
      gone.server(atMs, 'P.', { seq: 501, data: 500, lost: true });
    const report = await analyzeCrafted(packetsOf([...requests(400), gone]));
    expect(ids(report).filter((one) => !one.startsWith('info'))).toEqual([]);
    expect(report.judgements['retransmission-death']).toBe(1);
  });

  it('a server that dies under load: nobody is told that its queue is full', async () => {
    const before = requests(100);
    const after = Array.from({ length: 30 }, (_, n) => {
      const talk = new Conversation({ client: `10.1.0.${n + 1}:50000`, server: '10.0.0.2:443' });
      for (const atMs of [0, 1020, 3040]) talk.client(4100 + n * 50 + atMs, 'S', { lost: true });
      return talk;
    });
    const report = await analyzeCrafted(packetsOf([...before, ...after]));
    expect(ids(report)).toEqual(['warning connect-timeouts']);
    expect(sentence(report)).toContain('30 connection attempts to 10.0.0.2:443 get no answer');
  });

  it('a server whose program hangs: its host goes on, and SYNs go unanswered', async () => {
    const before = requests(100);
    const waiting = Array.from({ length: 20 }, (_, n) =>
      new Conversation({ client: `10.1.0.${n + 1}:45000`, server: '10.0.0.2:443' })
        .open(4000 + n * 5)
        .client(4010 + n * 5, 'P.', { data: 300 })
        .server(4011 + n * 5, '.')
        .client(9000 + n * 5, 'F.')
        .server(9003 + n * 5, '.'),
    );
    const after = Array.from({ length: 30 }, (_, n) => {
      const talk = new Conversation({ client: `10.1.0.${n + 1}:50000`, server: '10.0.0.2:443' });
      for (const atMs of [0, 1020, 3040]) talk.client(4200 + n * 50 + atMs, 'S', { lost: true });
      return talk;
    });
    const report = await analyzeCrafted(packetsOf([...before, ...waiting, ...after]));
    expect(report.findings[0]).toMatchObject({ id: 'accept-queue-overflow', confidence: 'likely' });
    expect(ids(report).filter((one) => one.includes('connect-timeouts'))).toEqual([]);
  });

  it('a firewall that drops four clients for good: their addresses are the clue', async () => {
    const served = Array.from({ length: 160 }, (_, n) =>
      new Conversation({ client: `10.1.0.${(n % 16) + 1}:${40_000 + n}`, server: '10.0.0.2:443' })
        .open(n * 60)
        .exchange(n * 60 + 5)
        .close(n * 60 + 20),
    );
    const dropped = Array.from({ length: 24 }, (_, n) => {
      const talk = new Conversation({
        client: `10.3.0.${(n % 4) + 1}:${40_000 + n}`,
        server: '10.0.0.2:443',
      });
      for (const atMs of [0, 1020, 3040]) talk.client(n * 300 + atMs, 'S', { lost: true });
      return talk;
    });
    const report = await analyzeCrafted(packetsOf([...served, ...dropped]));
    expect(report.findings).toMatchObject([{ id: 'connect-timeouts', cause: { id: 'some-clients' } }]);
    expect(sentence(report)).toContain('always the same 4 addresses');
  });

  it('a path that loses a tenth of everything', async () => {
    const lossy = requests(60).map((talk, n) =>
      n % 3 === 0
        ? talk
        : new Conversation({ client: `10.4.0.${n}:40000`, server: '10.0.0.2:443' })
            .client(n * 40, 'S', { lost: true })
            .client(n * 40 + 1010, 'S')
            .server(n * 40 + 1011, 'S.')
            .client(n * 40 + 1011.1, '.')
            .client(n * 40 + 1015, 'P.', { data: 300, lost: true })
            .client(n * 40 + 1225, 'P.', { seq: 1, data: 300 })
            .server(n * 40 + 1226, '.')
            .server(n * 40 + 1227, 'P.', { data: 900 })
            .client(n * 40 + 1227.1, '.')
            .close(n * 40 + 1240),
    );
    const report = await analyzeCrafted(packetsOf(lossy));
    expect(ids(report).some((one) => one.includes('accept-queue-overflow'))).toBe(false);
    expect(report.findings[0]).toMatchObject({ id: 'retransmissions', cause: { id: 'packet-loss' } });
  });
});
