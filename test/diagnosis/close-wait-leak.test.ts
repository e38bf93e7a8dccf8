import { describe, expect, it } from 'vitest';
import { closeWaitLeak } from '../../src/diagnosis/rules/close-wait-leak.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { ProcessObservation } from '../../src/tcp/observation.ts';
import {
  ends,
  makeCensus,
  makeEstablished,
  makeGroup,
  makeNamespace,
  makeObservation,
  makeProcess,
  makeSocket,
} from '../fixtures/observation.ts';

const idleInfo = {
  retransmits: 0,
  probes: 0,
  backoff: 0,
  rtoUs: 204_000,
  rttUs: 60,
  unacked: 0,
  totalRetransmits: 0,
  bytesAcked: 0,
  bytesReceived: 300,
  segmentsOut: 3,
  segmentsIn: 4,
  bytesSent: 0,
  bytesRetransmitted: 0,
};

interface Case {
  readonly count: number;
  readonly total?: number;
  readonly established?: number;
  readonly process?: Partial<ProcessObservation>;
}

/** `count` sockets of pid 812 that stand in CLOSE_WAIT through the window. */
function judge({ count, total, established = 0, process = {} }: Case): Finding | undefined {
  const sockets = Array.from({ length: count }, (_, n) =>
    makeSocket({ state: 'CLOSE_WAIT', cookie: String(n), inode: 1000 + n, receiveQueue: 1 }),
  );
  const census = makeCensus({
    groups: { ...makeCensus().groups, closeWait: makeGroup(sockets, total ?? count) },
    established: [makeEstablished({ port: 24_224, total: established })],
  });
  const owners = Object.fromEntries(sockets.map(({ inode }) => [String(inode), [812]]));
  const namespace = makeNamespace({ sockets: ends(census), owners });
  const observation = makeObservation({ namespaces: [namespace], processes: [makeProcess(process)] });
  return closeWaitLeak.judge({ observation, namespace }).findings[0];
}

describe('close-wait-leak: how bad it is', () => {
  it('a few among many connections are worth a line, not an alarm', () => {
    expect(judge({ count: 2 })?.severity).toBe('info');
    expect(judge({ count: 5, established: 2000 })?.severity).toBe('info');
    expect(judge({ count: 5, established: 100 })?.severity).toBe('warning');
  });

  it('critical when they fill the descriptors of their owner', () => {
    const full = { openDescriptors: ends(850), descriptorLimit: 1024 };
    const finding = judge({ count: 400, process: full });
    expect(finding).toMatchObject({ severity: 'critical', cause: { id: 'end-not-read' } });
    expect(finding?.title).toContain('83 % of its descriptors');
    expect(finding?.remedies.some(({ command }) => command === 'prlimit --pid 812 --nofile=4096:4096')).toBe(
      true,
    );
  });

  it('not critical when something else fills the descriptors', () => {
    expect(
      judge({ count: 20, process: { openDescriptors: ends(850), descriptorLimit: 1024 } })?.severity,
    ).toBe('warning');
  });

  it('critical in the thousands, of which only some were kept', () => {
    const finding = judge({ count: 1000, total: 80_000 });
    expect(finding?.severity).toBe('critical');
    expect(finding?.title).toContain('80,000 connections');
  });

  it('a stopped owner is the cause', () => {
    expect(judge({ count: 6, process: { state: ends('T') } })?.cause.id).toBe('process-stopped');
  });

  it('a look that was late on a crowded host is no sign of life: all clocks of the sockets agree', () => {
    const look = (agesMs: number, sentMs: number) => {
      const info = {
        ...idleInfo,
        lastDataSentMs: sentMs,
        lastDataReceivedMs: agesMs,
        lastAckReceivedMs: agesMs,
      };
      const sockets = [1, 2, 3, 4].map((n) =>
        makeSocket({ state: 'CLOSE_WAIT', cookie: String(n), inode: 1000 + n, receiveQueue: 1, info }),
      );
      return { ...makeCensus().groups, closeWait: makeGroup(sockets) };
    };
    const judgeEnds = (sentAfterMs: number) => {
      const before = makeCensus({ atMs: 0, groups: look(10_000, 10_000) });
      // 4,000 ms by the wall clock, of which 250 went by before the first look at the sockets.
      const after = makeCensus({ atMs: 4000, groups: look(13_750, sentAfterMs) });
      const namespace = makeNamespace({ sockets: ends(before, after) });
      return closeWaitLeak.judge({ observation: makeObservation({ namespaces: [namespace] }), namespace })
        .findings;
    };
    expect(judgeEnds(13_750)).toMatchObject([{ severity: 'warning' }]);
    expect(judgeEnds(300)).toEqual([]);
  });
});
