import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/lab/scenario.ts';
import { backlogRaise } from '../../src/lab/scenarios/backlog-raise.ts';
import { containerSomaxconn } from '../../src/lab/scenarios/container-somaxconn.ts';
import { reuseportImbalance } from '../../src/lab/scenarios/reuseport-imbalance.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import type { Prediction } from '../../src/tcp/prediction.ts';
import { readSettings } from '../../src/tcp/setting.ts';
import type { Family } from '../../src/tcp/socket.ts';
import { expectPassed, playScenario } from './play-scenario.ts';

function predict(scenario: Scenario, ...set: readonly string[]): Prediction | null {
  const values = readSettings(scenario.settings, set, `scenario ${scenario.name}`);
  return scenario.predict(values, { kernel: newestKernel, family: 'ipv4' });
}

describe('what a raised limit is predicted to do', () => {
  it('nothing, as long as nobody listens again: the clients give up', () => {
    const prediction = predict(backlogRaise, 'how=sysctl-only');
    expect(prediction?.outcome).toMatchObject({ atMs: 15_000, errno: 'ETIMEDOUT' });
    expect(prediction?.answer).toBe(
      'The limit stays 16. 17 connections fill the queue; of 24 clients outside none get in with SYN 3.',
    );
  });

  it('those outside get in with their next SYN, as far as there is room beside one who came before', () => {
    expect(predict(backlogRaise)?.outcome).toMatchObject({ atMs: 3000, state: 'ESTABLISHED' });
    const short = predict(backlogRaise, 'raisedSomaxconn=20', 'senders=9');
    expect(short?.answer).toMatch(/of 9 clients outside 3 get in/); // 21 places, 17 and 1 are taken
    expect(short?.alternatives).toMatchObject([{ errno: 'ETIMEDOUT' }]);
  });

  it('a new server begins with an empty queue, and the old one’s is reset', () => {
    const prediction = predict(backlogRaise, 'how=restart', 'raisedSomaxconn=8', 'senders=20');
    expect(prediction?.answer).toMatch(/of 20 clients outside 8 get in .* The 17 in the old queue are reset/);
  });

  it('nothing in a container while the host is tuned', () => {
    expect(predict(containerSomaxconn)?.answer).toMatch(/^The limit stays 32/);
    expect(predict(containerSomaxconn, 'tuned=container')?.answer).toMatch(/^The limit goes from 32 to 1024/);
  });

  it('a change after the last SYN is refused', () => {
    expect(() => predict(backlogRaise, 'tcp_syn_retries=2', 'changeAfterSyns=3')).toThrow(/at least 3/);
  });
});

describe('what a stuck member of a reuseport group is predicted to do', () => {
  it('it takes its share of the hash, and drops what its queue does not hold', () => {
    const { answer } = predict(reuseportImbalance, 'sockets=2', 'senders=400', 'backlog=63') ?? {};
    expect(answer).toMatch(
      /^Of 400 clients 64 wait in the queue of the stuck listener and 86 to 186 find it full/,
    );
  });

  it('so many clients that the other members overflow too are refused', () => {
    expect(() => predict(reuseportImbalance, 'backlog=4', 'arrivalsPerSecond=400')).toThrow(/raise backlog/);
  });

  it('clients that would give up before it is closed are refused', () => {
    expect(() => predict(reuseportImbalance, 'senders=4000', 'backlog=1000')).toThrow(
      /raise arrivalsPerSecond/,
    );
  });
});

interface Played {
  readonly scenario: Scenario;
  readonly family: Family;
  readonly set: readonly string[];
}

const played: readonly Played[] = [
  { scenario: backlogRaise, family: 'ipv4', set: ['how=sysctl-only', 'delayMs=20'] },
  { scenario: backlogRaise, family: 'ipv6', set: ['how=restart'] },
  { scenario: backlogRaise, family: 'ipv4', set: ['raisedSomaxconn=24', 'senders=40'] },
  { scenario: containerSomaxconn, family: 'ipv6', set: ['tuned=container', 'port=9123'] },
  { scenario: reuseportImbalance, family: 'ipv4', set: ['tcp_migrate_req=1', 'cause=blocked'] },
  { scenario: reuseportImbalance, family: 'ipv6', set: ['cause=none', 'senders=60'] },
];

describe.skipIf(process.getuid?.() !== 0)(
  'variants go as predicted (needs root)',
  { concurrent: true },
  () => {
    it.each(played)(
      '$scenario.name, $family, $set',
      async ({ scenario, family, set }) => expectPassed(await playScenario(scenario, family, set)),
      60_000,
    );
  },
);
