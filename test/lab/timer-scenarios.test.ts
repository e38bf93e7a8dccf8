import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/lab/scenario.ts';
import { connectRefused } from '../../src/lab/scenarios/connect-refused.ts';
import { connectTimeout } from '../../src/lab/scenarios/connect-timeout.ts';
import { halfOpenNoKeepalive } from '../../src/lab/scenarios/half-open-no-keepalive.ts';
import { answeredAt } from '../../src/lab/scenarios/handshake-loss/syn-ack-race.ts';
import { idleMiddlebox } from '../../src/lab/scenarios/idle-middlebox.ts';
import { keepaliveAlive } from '../../src/lab/scenarios/keepalive-alive.ts';
import { keepaliveDeadPeer } from '../../src/lab/scenarios/keepalive-dead-peer.ts';
import { keepaliveRebootedPeer } from '../../src/lab/scenarios/keepalive-rebooted-peer.ts';
import { retransmitDeath } from '../../src/lab/scenarios/retransmit-death.ts';
import { slowSynAckLoss } from '../../src/lab/scenarios/slow-syn-ack-loss.ts';
import { probesOf } from '../../src/lab/scenarios/timers/keepalive-packets.ts';
import type { LabPacket } from '../../src/tcp/lab-run.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import type { Prediction } from '../../src/tcp/prediction.ts';
import { readSettings, type SettingValues } from '../../src/tcp/setting.ts';
import type { Family } from '../../src/tcp/socket.ts';
import { expectPassed, playScenario } from './play-scenario.ts';

function valuesOf(scenario: Scenario, set: readonly string[]): SettingValues {
  return readSettings(scenario.settings, set, `scenario ${scenario.name}`);
}

function predict(scenario: Scenario, set: readonly string[], family: Family = 'ipv4'): Prediction | null {
  return scenario.predict(valuesOf(scenario, set), { kernel: newestKernel, family });
}

/** "client SYN 1000", nominal. */
function eventTexts(prediction: Prediction | null): string[] {
  return prediction?.events.map(({ from, what, atMs }) => `${from} ${what} ${atMs}`) ?? [];
}

describe('what is predicted of timers, before anything happens', () => {
  it('the field notes: tcp_syn_retries=5 without linear timeouts', () => {
    const prediction = predict(connectTimeout, ['tcp_syn_retries=5']);
    expect(eventTexts(prediction)).toEqual(
      [0, 1000, 3000, 7000, 15_000, 31_000].map((atMs) => `client SYN ${atMs}`),
    );
    expect(prediction?.outcome).toMatchObject({ atMs: 63_000, errno: 'ETIMEDOUT' });
  });

  it('the field notes: keepalive 30/3/3, and the peer gone after one answer', () => {
    const set = ['tcp_keepalive_time=30', 'tcp_keepalive_intvl=3', 'tcp_keepalive_probes=3'];
    const prediction = predict(keepaliveDeadPeer, set);
    expect(eventTexts(prediction)).toEqual([
      'client probe 30000',
      'server ACK 30000',
      'client probe 60000',
      'client probe 63000',
      'client probe 66000',
      'client RST 69000',
    ]);
    expect(prediction?.outcome).toMatchObject({ atMs: 69_000, errno: 'ETIMEDOUT' });
  });

  it('a name of the other IP version stands for its equivalent; what has none is refused', () => {
    expect(predict(connectRefused, ['reject=icmp6-no-route'])?.outcome.errno).toBe('ENETUNREACH');
    expect(predict(connectRefused, ['reject=icmp-host-prohibited'], 'ipv6')?.outcome.errno).toBe('EACCES');
    expect(() => predict(connectRefused, ['reject=icmp-proto-unreachable'], 'ipv6')).toThrow(/no such ICMP/);
  });

  it('without a round trip IPv4 tells a program that polls at once, IPv6 at the second SYN', () => {
    const set = ['reject=icmp-host-unreachable', 'blocking=no'];
    expect(predict(connectRefused, set)?.outcome).toMatchObject({ atMs: 0, state: 'SYN_SENT' });
    expect(predict(connectRefused, set, 'ipv6')?.outcome).toMatchObject({ atMs: 1000, state: 'CLOSE' });
  });

  it('nobody notices a half-open connection, unless somebody writes or asks', () => {
    expect(predict(halfOpenNoKeepalive, ['write=no', 'TCP_USER_TIMEOUT=500'])?.outcome.atMs).toBeNull();
    expect(predict(halfOpenNoKeepalive, ['SO_KEEPALIVE=1'])?.outcome.atMs).toBe(5000);
    expect(predict(halfOpenNoKeepalive, ['vanish=rebooted'])?.outcome).toMatchObject({
      atMs: 7000,
      errno: 'ECONNRESET',
    });
  });
});

describe('an idle flow through a firewall that forgets', () => {
  const outcome = (...set: readonly string[]) => predict(idleMiddlebox, set)?.outcome;

  it('is known as long as something passes in time', () => {
    expect(outcome('idleS=2')?.atMs).toBeNull();
    expect(outcome('SO_KEEPALIVE=1')?.atMs).toBeNull();
    expect(outcome('SO_KEEPALIVE=1', 'TCP_KEEPIDLE=1', 'idleS=60')?.atMs).toBeNull();
  });

  it('is lost with what comes too late: the write, or a probe of a keepalive that is too slow', () => {
    expect(outcome()?.errno).toBe('ETIMEDOUT');
    expect(outcome('SO_KEEPALIVE=1', 'TCP_KEEPIDLE=4', 'idleS=9')?.atMs).toBe(7000);
    expect(outcome('SO_KEEPALIVE=1', 'TCP_KEEPIDLE=4', 'idleS=9', 'unknownFlow=tcp-reset')).toMatchObject({
      atMs: 4000,
      errno: 'ECONNRESET',
    });
  });

  it('after a first probe in time the interval counts, if it is longer', () => {
    const events = eventTexts(
      predict(idleMiddlebox, ['SO_KEEPALIVE=1', 'TCP_KEEPINTVL=5', 'middleboxTimeoutS=4', 'idleS=9']),
    );
    expect(events.slice(0, 4)).toEqual([
      'client probe 2000',
      'server ACK 2000',
      'client probe 7000',
      'client data 9000',
    ]);
  });

  it('refuses what a few milliseconds decide', () => {
    expect(() => outcome('idleS=3')).toThrow(/too near/);
    expect(() => outcome('SO_KEEPALIVE=1', 'TCP_KEEPIDLE=3')).toThrow(/too near/);
    expect(() => outcome('SO_KEEPALIVE=1', 'TCP_KEEPIDLE=4', 'idleS=5')).toThrow(/too near/);
  });
});

describe('the race of a resent SYN with the server’s own timer', () => {
  const arrivals = [0, 1000, 3000, 7000].map((ms) => ({ atMs: ms + 10, latestMs: ms * 1.03 + 10 }));
  const race = (lost: number, retries = 5) =>
    answeredAt({ arrivals, until: { atMs: 15_000, latestMs: 15_500 }, lost, retries, kernel: newestKernel });
  const moments = (lost: number, retries?: number) =>
    new Set(race(lost, retries).map(({ passed }) => passed && Math.round(passed.atMs / 1000)));

  it('one lost SYN-ACK costs a second, whoever is first', () => {
    expect(moments(1)).toEqual(new Set([1]));
  });

  it('two cost one second or two: a SYN that comes first sets the timer back', () => {
    expect(moments(2)).toEqual(new Set([1, 2]));
  });

  it('without retries of the server each SYN brings one SYN-ACK', () => {
    expect(moments(1, 0)).toEqual(new Set([1]));
    expect(moments(2, 0)).toEqual(new Set([3]));
    expect(moments(9, 0)).toEqual(new Set([null]));
  });

  it('all paths but one may use the same request', () => {
    expect(race(2, 0).every(({ requests }) => requests >= 1 && requests <= 3)).toBe(true);
    expect(race(1).every(({ requests }) => requests === 1)).toBe(true);
  });
});

describe('keepalive probes among segments', () => {
  const packet = (parts: Partial<LabPacket>): LabPacket => ({
    atMs: 0,
    from: 'client',
    flags: '.',
    bytes: 0,
    clientPort: 40_000,
    sequence: 0,
    acknowledgement: 1,
    ...parts,
  });

  it('are told by their sequence number, also across its end', () => {
    const probe = packet({ sequence: 0xffff_ffff, atMs: 2000 });
    const packets = [packet({ flags: 'S', sequence: 0xffff_ffff }), packet({ sequence: 0 }), probe];
    expect(probesOf(packets)).toEqual([probe]);
  });

  it('come before the next byte also after data', () => {
    const probe = packet({ sequence: 105, atMs: 2000 });
    const packets = [
      packet({ flags: 'S', sequence: 100 }),
      packet({ flags: 'P.', sequence: 101, bytes: 5 }),
      probe,
    ];
    expect(probesOf([...packets, packet({ sequence: 106 })])).toEqual([probe]);
  });
});

const played: readonly (readonly [Scenario, Family, readonly string[]])[] = [
  [connectTimeout, 'ipv6', ['where=own-output', 'tcp_syn_retries=1']],
  [connectTimeout, 'ipv4', ['TCP_USER_TIMEOUT=2500', 'tcp_syn_linear_timeouts=4']],
  [connectTimeout, 'ipv4', ['applicationTimeoutMs=2500', 'applicationTimeoutBy=SO_SNDTIMEO']],
  [connectRefused, 'ipv6', ['reject=icmp-admin-prohibited', 'blocking=no']],
  [connectRefused, 'ipv4', ['reject=icmp-port-unreachable', 'delayMs=10']],
  [keepaliveAlive, 'ipv4', ['TCP_KEEPINTVL=5', 'rounds=2']],
  [keepaliveDeadPeer, 'ipv6', ['how=link-down']],
  [keepaliveDeadPeer, 'ipv4', ['how=icmp-host-unreachable', 'TCP_USER_TIMEOUT=2500']],
  [keepaliveRebootedPeer, 'ipv6', ['service=not-started', 'delayMs=20']],
  [halfOpenNoKeepalive, 'ipv4', ['vanish=rebooted', 'idleS=3', 'delayMs=10']],
  [halfOpenNoKeepalive, 'ipv6', ['SO_KEEPALIVE=1']],
  [retransmitDeath, 'ipv4', ['tcp_retries2=5', 'tcp_rto_max_ms=1000']],
  [retransmitDeath, 'ipv6', ['how=icmp-net-unreachable', 'tcp_retries2=2']],
  [retransmitDeath, 'ipv4', ['delayMs=100', 'tcp_retries2=2']],
  [idleMiddlebox, 'ipv6', ['SO_KEEPALIVE=1', 'delayMs=20']],
  [idleMiddlebox, 'ipv4', ['unknownFlow=tcp-reset', 'port=5432']],
  [slowSynAckLoss, 'ipv6', ['lost=ack']],
  [slowSynAckLoss, 'ipv4', ['lost=ack', 'lostSegments=5', 'tcp_synack_retries=1']],
  [slowSynAckLoss, 'ipv4', ['lostSegments=2']],
];

describe.skipIf(process.getuid?.() !== 0).concurrent('timers go as predicted (needs root)', () => {
  const cases = played.map(([scenario, family, set]) => ({ name: scenario.name, scenario, family, set }));
  it.each(cases)('$name over $family with $set', { timeout: 90_000 }, async ({ scenario, family, set }) => {
    expectPassed(await playScenario(scenario, family, set));
  });

  it('a run that is told to stop ends at once, and says that it is incomplete', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 2000);
    const run = await playScenario(connectTimeout, 'ipv4', ['tcp_syn_retries=6'], { stop: stop.signal });
    expect(run).toMatchObject({ complete: false, passed: false, incompleteBecause: ['interrupted'] });
    expect(run?.tookMs).toBeLessThan(10_000);
  });
});
