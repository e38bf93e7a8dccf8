import { describe, expect, it } from 'vitest';
import { findScenario } from '../../src/app/lab/scenarios.ts';
import { finTimes } from '../../src/lab/scenarios/closing/fin-times.ts';
import { portPlan } from '../../src/lab/scenarios/ports/port-plan.ts';
import { serverSegments } from '../../src/lab/scenarios/segments/resends.ts';
import { timeWaitExhaustion } from '../../src/lab/scenarios/time-wait-exhaustion.ts';
import type { LabRun } from '../../src/tcp/lab-run.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import { readSettings } from '../../src/tcp/setting.ts';
import { makePacket } from '../fixtures/lab-run.ts';
import { playScenario } from './play-scenario.ts';

function failed({ checks, incompleteBecause }: LabRun): readonly unknown[] {
  return [...incompleteBecause, ...checks.filter(({ ok }) => !ok)];
}

function metric(run: LabRun, name: string): number | undefined {
  return run.metrics.find((one) => one.name === name)?.value;
}

describe('the plan of the ports', () => {
  const plan = (...set: string[]) =>
    portPlan(readSettings(timeWaitExhaustion.settings, set, ''), newestKernel);

  // The table of kernel-facts.md section 7: 10 ports, 14 connections.
  it.each([
    ['tw_reuse 2, not on loopback', [], 0],
    ['tw_reuse 2 on loopback', ['path=loopback'], 10],
    ['tw_reuse 0', ['tcp_tw_reuse=0'], 0],
    ['tw_reuse 1 after 0.5 s', ['tcp_tw_reuse=1', 'retryAfterMs=500'], 0],
    ['tw_reuse 1 after 1.2 s', ['tcp_tw_reuse=1'], 10],
    [
      'tw_reuse 1 with a delay of 100 ms',
      ['tcp_tw_reuse=1', 'tcp_tw_reuse_delay=100', 'retryAfterMs=500'],
      10,
    ],
    ['tw_reuse 1 without timestamps here', ['tcp_tw_reuse=1', 'tcp_timestamps=0'], 0],
    ['tw_reuse 1 without timestamps there', ['tcp_tw_reuse=1', 'serverTimestamps=0'], 0],
    ['bind() before connect(), tw_reuse 1', ['tcp_tw_reuse=1', 'bind=bind'], 0],
    ['TIME_WAIT on the server', ['closesFirst=server'], 10],
    ['connections that stay open', ['closesFirst=never', 'tcp_tw_reuse=1'], 0],
    ['6 of 10 forgotten early', ['tcp_max_tw_buckets=4'], 6],
    ['after more than a minute', ['retryAfterMs=63s'], 10],
  ])('%s: %j', (_, set, again) => {
    expect(plan(...set)).toMatchObject({ ports: 10, firstRound: 10, secondRound: [again, again] });
  });

  it('bind() takes a port for every destination, connect() for one', () => {
    expect(plan('bind=bind')).toMatchObject({
      elsewhere: 0,
      failure: { errno: 'EADDRINUSE', where: 'bind' },
    });
    const none = { elsewhere: 10, failure: { errno: 'EADDRNOTAVAIL', where: 'connect' } };
    expect(plan('bind=bind-no-port')).toMatchObject(none);
    expect(plan()).toMatchObject(none);
  });

  it('says a range where the moment is close, and not more', () => {
    expect(plan('tcp_tw_reuse=1', 'retryAfterMs=900').secondRound).toEqual([0, 10]);
    expect(plan('tcp_max_tw_buckets=4').overflows).toEqual([12, 12]);
    expect(plan('tcp_max_tw_buckets=4', 'tcp_tw_reuse=1').overflows).toEqual([12, 12]);
  });
});

describe('what is read from the wire', () => {
  const isn = 2 ** 32 - 3;

  it('when FINs were sent and acknowledged, across the wrap; a lost ACK acknowledges nothing', () => {
    const fin = makePacket({ flags: 'F.', atMs: 10, sequence: isn, bytes: 5 });
    const ack = makePacket({ flags: '.', from: 'server', atMs: 50, acknowledgement: 3 });
    expect(finTimes([fin, { ...ack, lost: true }], 'client')).toMatchObject({
      count: 1,
      firstSentMs: 10,
      lastAcknowledgedMs: Number.POSITIVE_INFINITY,
    });
    const times = finTimes([fin, { ...ack, acknowledgement: 2 }, ack, { ...fin, atMs: 60 }], 'client');
    expect(times).toMatchObject({
      count: 1,
      lastSentMs: 10,
      firstAcknowledgedMs: 50,
      lastAcknowledgedMs: 50,
    });
    expect(finTimes([fin], 'server')).toBeUndefined();
  });

  it('what was sent again: what begins before the place reached, across the wrap', () => {
    const data = (sequence: number, bytes: number, lost = false) =>
      makePacket({ from: 'server', flags: '.', sequence, bytes, ...(lost ? { lost } : {}) });
    const packets = [data(isn, 10, true), data(7, 10), data(isn, 10), data(17, 5), makePacket({ bytes: 10 })];
    expect(serverSegments(packets)).toEqual({ sent: 4, repeated: 1, lost: 1 });
  });
});

describe.skipIf(process.getuid?.() !== 0)('variants (needs root)', { concurrent: true }, () => {
  it.each([
    ['close-wait-leak', ['program=closes'], 'ipv6'],
    ['close-wait-leak', ['leaker=client', 'program=does-not-read'], 'ipv6'],
    ['close-wait-leak', ['program=stopped'], 'ipv4'],
    ['close-wait-leak', ['delayMs=40', 'tcp_fin_timeout=1'], 'ipv4'],
    ['time-wait-exhaustion', ['bind=bind', 'tcp_tw_reuse=1'], 'ipv6'],
    ['time-wait-exhaustion', ['path=loopback', 'closesFirst=never'], 'ipv4'],
    ['time-wait-exhaustion', ['closesFirst=server', 'tcp_max_tw_buckets=4'], 'ipv4'],
    ['time-wait-exhaustion', ['localPorts=40', 'connections=60', 'delayMs=30', 'tcp_tw_reuse=1'], 'ipv6'],
    ['fin-wait-pile-up', ['cause=peer-does-not-close', 'count=3'], 'ipv6'],
    ['fin-wait-pile-up', ['cause=peer-unreachable', 'delayMs=20'], 'ipv4'],
    ['fin-wait-pile-up', ['cause=peer-does-not-read', 'SO_LINGER=0'], 'ipv6'],
    ['retransmissions', ['cause=spurious'], 'ipv6'],
    ['retransmissions', ['lossPercent=0', 'bytes=20000'], 'ipv4'],
    ['paws-rejections', ['oldTimestampMs=1000', 'delayMs=20'], 'ipv6'],
    ['paws-rejections', ['tcp_timestamps=0'], 'ipv4'],
  ] as const)('%s %j over %s', async (name, set, family) => {
    const run = await playScenario(findScenario(name), family, set);
    expect(failed(run)).toEqual([]);
  });

  it('close-wait-leak: keepalive ends the sockets and not the leak', async () => {
    const set = ['SO_KEEPALIVE=1', 'tcp_keepalive_time=2', 'tcp_keepalive_intvl=1', 'count=4'];
    const run = await playScenario(findScenario('close-wait-leak'), 'ipv4', set);
    expect(failed(run)).toEqual([]);
    expect(run.predicted?.outcome).toMatchObject({ errno: 'EPIPE', state: 'CLOSE' });
    expect(metric(run, 'in CLOSE_WAIT in the end')).toBe(0);
    expect(metric(run, 'descriptors still open')).toBe(4);
  });

  it('fin-wait-pile-up: a bounded wait cures it, tcp_fin_timeout alone does not', async () => {
    const held = await playScenario(findScenario('fin-wait-pile-up'), 'ipv6', [
      'tcp_fin_timeout=1',
      'count=5',
    ]);
    const bounded = await playScenario(findScenario('fin-wait-pile-up'), 'ipv6', [
      'tcp_fin_timeout=1',
      'count=5',
      'lingerMs=500',
    ]);
    expect([...failed(held), ...failed(bounded)]).toEqual([]);
    expect(metric(held, 'still in FIN_WAIT2 in the end')).toBe(5);
    expect(metric(bounded, 'still in FIN_WAIT2 in the end')).toBe(0);
  });
});
