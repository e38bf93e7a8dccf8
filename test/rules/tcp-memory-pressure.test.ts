import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { tcpMemoryPressure } from '../../src/diagnosis/rules/tcp-memory-pressure.ts';
import type { Diagnosis } from '../../src/tcp/finding.ts';
import type { KernelLogEvent } from '../../src/tcp/observation.ts';
import {
  defaultSysctls,
  ends,
  makeCounters,
  makeNamespace,
  makeObservation,
} from '../fixtures/observation.ts';

const loggedLine: KernelLogEvent = {
  kind: 'tcp-memory',
  inWindow: true,
  source: '/dev/kmsg',
  line: 'TCP: out of memory -- consider tuning tcp_mem',
};

interface Given {
  readonly pages: readonly [number, number];
  readonly moved?: Readonly<Record<string, number>>;
  readonly log?: readonly KernelLogEvent[];
  readonly initial?: boolean;
}

/** tcp_mem 1000 2000 3000 on the host; the counters move in a container, the pages are the whole kernel's. */
function judge({ pages, moved = {}, log = [], initial = true }: Given): Diagnosis {
  const sockstat = ends({ 'TCP.mem': pages[0] }, { 'TCP.mem': pages[1] });
  const host = makeNamespace({
    sockstat,
    sysctls: { ...defaultSysctls, 'net.ipv4.tcp_mem': '1000 2000 3000' },
  });
  const container = makeNamespace({
    inode: 2,
    names: ['web'],
    initial: false,
    own: false,
    sockstat,
    counters: makeCounters(moved),
  });
  const observation = makeObservation({
    namespaces: initial ? [host, container] : [container],
    kernelLog: log,
  });
  return diagnose(observation, [tcpMemoryPressure]);
}

describe('tcp-memory-pressure (hand-made observations: the memory is one for the whole machine)', () => {
  it('experiment: above the third number of tcp_mem, and resets', () => {
    const [finding] = judge({ pages: [1500, 3100], moved: { 'TcpExt.TCPAbortOnMemory': 7 } }).findings;
    expect(finding).toMatchObject({
      severity: 'critical',
      confidence: 'certain',
      cause: { id: 'memory-exhausted' },
      subject: { sysctl: 'net.ipv4.tcp_mem' },
    });
    expect(finding?.title).toContain('12.1 MiB of 11.7 MiB'); // 3,100 and 3,000 pages of 4 KiB
  });

  it('experiment: the kernel log says it', () => {
    expect(judge({ pages: [10, 10], log: [loggedLine] }).findings).toMatchObject([{ severity: 'critical' }]);
  });

  it('experiment: above the pressure mark, or for a moment between the two ends of the window', () => {
    expect(judge({ pages: [2100, 1900] }).findings).toMatchObject([
      { severity: 'warning', cause: { id: 'memory-pressure' } },
    ]);
    const moment = judge({ pages: [900, 900], moved: { 'TcpExt.TCPMemoryPressures': 1 } });
    expect(moment.findings).toMatchObject([{ severity: 'warning' }]);
  });

  it('counter-experiment: a slow reader at the limit of its own receive buffer', () => {
    const moved = {
      'TcpExt.PruneCalled': 900,
      'TcpExt.RcvPruned': 40,
      'TcpExt.TCPRcvQDrop': 12,
      'TcpExt.TCPAbortOnMemory': 1,
    };
    expect(judge({ pages: [1200, 1500], moved })).toEqual({ findings: [], unknowns: [] });
  });

  it('is unknown, not fine, where tcp_mem cannot be read', () => {
    const { findings, unknowns } = judge({ pages: [10, 10], initial: false });
    expect(findings).toEqual([]);
    expect(unknowns).toMatchObject([{ rule: 'tcp-memory-pressure', missing: 'net.ipv4.tcp_mem' }]);
  });
});
