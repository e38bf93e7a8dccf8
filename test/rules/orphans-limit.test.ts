import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { orphansLimit } from '../../src/diagnosis/rules/orphans-limit.ts';
import type { Diagnosis } from '../../src/tcp/finding.ts';
import type { KernelLogEvent } from '../../src/tcp/observation.ts';
import {
  defaultSysctls,
  ends,
  makeCensus,
  makeCounters,
  makeGroup,
  makeNamespace,
  makeObservation,
  makeSocket,
} from '../fixtures/observation.ts';

const containerInode = 4_026_532_177;
const loggedLine: KernelLogEvent = {
  kind: 'orphans',
  inWindow: true,
  source: '/dev/kmsg',
  line: 'TCP: too many orphaned sockets',
};

interface Given {
  readonly family: 'ipv4' | 'ipv6';
  readonly orphans: number;
  readonly aborted?: number;
  readonly log?: readonly KernelLogEvent[];
  readonly initial?: boolean;
}

/** A host with tcp_max_orphans 16,384 and a container that holds the closing connections. */
function judge({ family, orphans, aborted = 0, log = [], initial = true }: Given): Diagnosis {
  const remoteAddress = family === 'ipv4' ? '10.0.0.2' : 'fd00::2';
  const closing = makeSocket({ family, state: 'FIN_WAIT1', remoteAddress, inode: 0 });
  const census = makeCensus();
  const busy = makeCensus({ groups: { ...census.groups, finWait1: makeGroup([closing], orphans) } });
  const { 'net.ipv4.tcp_max_orphans': _, ...ofContainer } = defaultSysctls;
  const sockstat = ends({ 'TCP.orphan': orphans, 'TCP.mem': 3 });
  const host = makeNamespace({
    sockstat,
    sysctls: { ...defaultSysctls, 'net.ipv4.tcp_mem': '1000 2000 3000' },
  });
  const container = makeNamespace({
    inode: containerInode,
    names: ['web'],
    initial: false,
    own: false,
    sockstat,
    sockets: ends(busy),
    counters: makeCounters({ 'TcpExt.TCPAbortOnMemory': aborted }),
    sysctls: ofContainer,
  });
  const observation = makeObservation({
    namespaces: initial ? [host, container] : [container],
    kernelLog: log,
  });
  return diagnose(observation, [orphansLimit]);
}

describe('orphans-limit (hand-made observations: the limit is one for the whole machine)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: the limit is reached, connections are reset', () => {
      const [finding, ...others] = judge({
        family,
        orphans: 16_500,
        aborted: 40,
        log: [loggedLine],
      }).findings;
      expect(others).toEqual([]);
      expect(finding).toMatchObject({
        severity: 'critical',
        confidence: 'certain',
        namespace: containerInode,
        cause: { id: 'limit-reached' },
        subject: { sysctl: 'net.ipv4.tcp_max_orphans' },
      });
      expect(finding?.title).toContain('network namespace web');
      expect(finding?.ruledOut.map(({ id }) => id)).toContain('tcp-memory-pressure');
    });

    it('experiment: orphans of silent peers count fourfold, so that resets begin at a quarter', () => {
      const resets = judge({ family, orphans: 5000, aborted: 3 }).findings;
      expect(resets).toMatchObject([{ severity: 'critical' }]);
      expect(judge({ family, orphans: 9000 }).findings).toMatchObject([{ severity: 'warning' }]);
    });

    it('experiment: the kernel log alone is enough', () => {
      const given = { family, orphans: 10, log: [loggedLine], initial: false } as const;
      expect(judge(given).findings).toMatchObject([{ severity: 'critical' }]);
    });

    it('counter-experiment: 300 orphans, and resets for want of memory elsewhere', () => {
      expect(judge({ family, orphans: 300, aborted: 5 })).toEqual({ findings: [], unknowns: [] });
    });

    it('counter-experiment: yesterday in the log', () => {
      const log = [{ ...loggedLine, inWindow: false }];
      expect(judge({ family, orphans: 300, log })).toEqual({ findings: [], unknowns: [] });
    });

    it('is unknown, not fine, where the limit cannot be read', () => {
      const { findings, unknowns } = judge({ family, orphans: 300, initial: false });
      expect(findings).toEqual([]);
      expect(unknowns).toMatchObject([{ rule: 'orphans-limit', missing: 'net.ipv4.tcp_max_orphans' }]);
    });
  });
});
