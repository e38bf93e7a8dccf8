import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { namespaceSysctlMismatch } from '../../src/diagnosis/rules/namespace-sysctl-mismatch.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { ListenerObservation } from '../../src/tcp/observation.ts';
import {
  defaultSysctls,
  ends,
  makeCounters,
  makeListener,
  makeNamespace,
  makeObservation,
  makeQueueHistory,
} from '../fixtures/observation.ts';

type Values = Readonly<Record<string, string>>;

interface Given {
  readonly host?: Values;
  readonly container?: Values;
  readonly listener?: ListenerObservation;
  readonly moved?: Readonly<Record<string, number>>;
}

function judge({
  host = {},
  container = {},
  listener = makeListener(),
  moved = {},
}: Given): readonly Finding[] {
  const web = makeNamespace({
    inode: 7,
    names: ['web'],
    initial: false,
    own: false,
    listeners: [listener],
    sysctls: { ...defaultSysctls, ...container },
    counters: makeCounters(moved),
  });
  const namespaces = [makeNamespace({ sysctls: { ...defaultSysctls, ...host } }), web];
  return diagnose(makeObservation({ namespaces }), [namespaceSysctlMismatch]).findings;
}

const atLimit = makeListener({ acceptQueue: ends({ length: 0, limit: 4096 }) });

describe('namespace-sysctl-mismatch', () => {
  it("notes that the host's tuning does not reach the container", () => {
    const host = {
      'net.ipv4.tcp_keepalive_time': '300',
      'net.ipv4.tcp_tw_reuse': '1',
      'net.ipv4.tcp_fin_timeout': '15',
    };
    const [finding, ...others] = judge({ host });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'info', namespace: 7, subject: { namespace: 'web' } });
    expect(finding?.evidence.map(({ name }) => name).sort()).toEqual(Object.keys(host).sort());
  });

  it('says nothing of a container that has a value of its own, or a larger one', () => {
    const host = { 'net.ipv4.tcp_keepalive_time': '300' };
    expect(judge({ host, container: { 'net.ipv4.tcp_keepalive_time': '60' } })).toEqual([]);
    expect(judge({ container: { 'net.core.somaxconn': '65535', 'net.ipv4.tcp_fin_timeout': '10' } })).toEqual(
      [],
    );
  });

  it('is no alarm for a program that takes all 4,096 it can get, until its queue fills', () => {
    const host = { 'net.core.somaxconn': '65535' };
    expect(judge({ host, listener: atLimit })).toMatchObject([{ severity: 'info' }]);
    const pressed = { ...atLimit, queue: makeQueueHistory({ peak: 4000 }) };
    expect(judge({ host, listener: pressed })).toMatchObject([
      { severity: 'warning', subject: { listener: '0.0.0.0:24224' } },
    ]);
  });

  it('is an alarm when missing SYN cookies cost connections', () => {
    const container = { 'net.ipv4.tcp_syncookies': '0' };
    expect(judge({ container })).toMatchObject([{ severity: 'info' }]);
    const moved = { 'TcpExt.TCPReqQFullDrop': 90, 'TcpExt.ListenDrops': 90 };
    expect(judge({ container, moved })).toMatchObject([
      { severity: 'warning', subject: { sysctl: 'net.ipv4.tcp_syncookies' } },
    ]);
  });

  it('is unknown when there is nothing to compare with', () => {
    const lonely = makeNamespace({ initial: false, own: false, names: ['web'] });
    const { unknowns } = diagnose(makeObservation({ namespaces: [lonely] }), [namespaceSysctlMismatch]);
    expect(unknowns).toMatchObject([{ rule: 'namespace-sysctl-mismatch' }]);
  });
});
