import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/diagnosis/build-report.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import { denied } from '../../src/tcp/reading.ts';
import {
  defaultSysctls,
  ends,
  makeCensus,
  makeCounters,
  makeFinding,
  makeListener,
  makeNamespace,
  makeObservation,
} from '../fixtures/observation.ts';

const noDiagnosis = { findings: [], unknowns: [] };

describe('buildReport', () => {
  it('has the keys of contract version 1, in order, and no others', () => {
    const report = buildReport(makeObservation(), noDiagnosis);
    expect(Object.keys(report)).toEqual([
      'schemaVersion',
      'tool',
      'host',
      'namespaces',
      'findings',
      'unknowns',
    ]);
    expect(Object.keys(report.host)).toEqual(['hostname', 'kernelRelease', 'observedFromMs', 'observedToMs']);
    const namespace = report.namespaces[0];
    expect(Object.keys(namespace ?? {})).toEqual([
      'inode',
      'names',
      'pids',
      'listeners',
      'states',
      'counters',
      'sysctls',
    ]);
    expect(namespace?.listeners[0]).toEqual({
      family: 'ipv4',
      address: '0.0.0.0',
      port: 24224,
      acceptQueue: { length: 0, limit: 1024 },
      limitSetBy: 'application',
      synRecv: 0,
      drops: { before: 0, after: 0 },
      process: { pid: 812, name: 'ruby', cgroup: '/system.slice/fluentd.service' },
    });
  });

  it('says null, not 0, where /proc/net/tcp gives neither limit nor drops', () => {
    const { drops: _, ...listener } = makeListener({
      limitKnown: false,
      acceptQueue: ends({ length: 3, limit: 0 }),
    });
    const report = buildReport(
      makeObservation({ namespaces: [makeNamespace({ listeners: [listener] })] }),
      noDiagnosis,
    );
    const reported = report.namespaces[0]?.listeners[0];
    expect(reported?.acceptQueue).toEqual({ length: 3, limit: null });
    expect(reported?.drops).toEqual({ before: null, after: null });
    expect(reported?.limitSetBy).toBe('unknown');
  });

  it('gives the state at the end of the window', () => {
    const listener = makeListener({
      acceptQueue: { before: { length: 1, limit: 8 }, after: { length: 9, limit: 8 } },
      drops: { before: 3, after: 220 },
      synRecv: { before: 1, after: 4, peak: 7 },
    });
    const sockets = ends(makeCensus(), makeCensus({ states: { ESTABLISHED: 7, CLOSE_WAIT: 2 } }));
    const report = buildReport(
      makeObservation({ namespaces: [makeNamespace({ listeners: [listener], sockets })] }),
      noDiagnosis,
    );
    const namespace = report.namespaces[0];
    expect(namespace?.states).toEqual({ ESTABLISHED: 7, CLOSE_WAIT: 2 });
    expect(namespace?.listeners[0]).toMatchObject({
      acceptQueue: { length: 9, limit: 8 },
      drops: { before: 3, after: 220 },
      synRecv: 4,
    });
  });

  it('compares each limit with the somaxconn of its own namespace', () => {
    const at = (somaxconn: string) =>
      makeNamespace({
        listeners: [makeListener({ acceptQueue: ends({ length: 0, limit: 128 }) })],
        sysctls: { ...defaultSysctls, 'net.core.somaxconn': somaxconn },
      });
    const report = buildReport(
      makeObservation({ namespaces: [at('128'), at('4096'), at('64')] }),
      noDiagnosis,
    );
    expect(report.namespaces.map((n) => n.listeners[0]?.limitSetBy)).toEqual([
      'somaxconn',
      'application',
      'unknown',
    ]);
  });

  it('keeps telling counters at rest, others only when they moved, and invents none', () => {
    const counters = makeCounters({ 'TcpExt.PAWSActive': 0, 'TcpExt.TCPDeferAcceptDrop': 2 });
    const report = buildReport(makeObservation({ namespaces: [makeNamespace({ counters })] }), noDiagnosis);
    const reported = report.namespaces[0]?.counters ?? {};
    expect(reported['TcpExt.ListenOverflows']).toEqual({ before: 0, after: 0 });
    expect(reported['TcpExt.TCPDeferAcceptDrop']).toEqual({ before: 0, after: 2 });
    expect(reported).not.toHaveProperty(['TcpExt.PAWSActive']);
    expect(reported).not.toHaveProperty(['TcpExt.TCPAbortOnTimeout']);
  });

  it('survives a namespace of which nothing could be read', () => {
    const nothing = denied('network namespace', 'CAP_SYS_ADMIN');
    const namespace = makeNamespace({
      listeners: nothing,
      sockets: nothing,
      counters: nothing,
      sysctls: nothing,
    });
    const report = buildReport(makeObservation({ namespaces: [namespace] }), noDiagnosis);
    expect(report.namespaces[0]).toMatchObject({ listeners: [], states: {}, counters: {}, sysctls: {} });
  });

  it('drops what a rule attached beyond the contract', () => {
    const finding = { ...makeFinding(), scratch: 'x' } as Finding;
    const report = buildReport(makeObservation(), {
      findings: [finding],
      unknowns: [{ rule: 'syn-flood', missing: 'packets', because: 'needs CAP_NET_RAW' }],
    });
    expect(report.findings).toEqual([makeFinding()]);
    expect(report.unknowns).toEqual([
      { rule: 'syn-flood', missing: 'packets', because: 'needs CAP_NET_RAW' },
    ]);
  });
});
