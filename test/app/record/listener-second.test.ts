import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/app/record/budget.ts';
import { ListenerSecond } from '../../../src/app/record/sampling/listener-second.ts';
import { namespaceSecond } from '../../../src/app/record/sampling/namespace-second.ts';
import { type Channel, listenerChannels, namespaceChannels } from '../../../src/tcp/recording/channel.ts';

function named(values: Int32Array | undefined, channels: readonly Channel[]): Record<string, number> {
  return Object.fromEntries([...(values ?? [])].map((value, at) => [channels[at]?.name ?? '', value]));
}

const take = (second: ListenerSecond): Record<string, number> =>
  named(second.take(undefined), listenerChannels);

describe('a listener’s second', () => {
  it('keeps the fullest, the mean, and the share of samples with length > limit', () => {
    const second = new ListenerSecond();
    for (const length of [0, 9, 10, 11, 11]) {
      second.sample(1, length, 10, 0);
      second.endRound();
    }
    expect(take(second)).toMatchObject({
      queueMax: 11,
      queueMean: 8200,
      fullShare: 400,
      limit: 10,
      drops: 0,
      synRecv: -1,
      cpu: -1,
    });
  });

  it('counts drops from the first sample on, and each only once', () => {
    const second = new ListenerSecond();
    const samples = [5000, 5003, 5003];
    for (const drops of samples) {
      second.sample(1, 0, 10, drops);
      second.endRound();
    }
    expect(second.drops).toBe(3);
    expect(take(second).drops).toBe(3);
    second.sample(1, 0, 10, 5010);
    second.endRound();
    expect(take(second).drops).toBe(7);
  });

  it('shows the fullest socket of a SO_REUSEPORT group, and the drops of all', () => {
    const second = new ListenerSecond();
    const sample = (drops: number): void => {
      second.sample(1, 0, 10, drops);
      second.sample(2, 11, 10, drops * 2);
      second.sample(3, 3, 100, 0);
      second.endRound();
    };
    sample(0);
    sample(4);
    expect(take(second)).toMatchObject({ queueMax: 11, limit: 10, drops: 12, fullShare: 1000 });
  });

  it('adds up the falls of the queue as accepted', () => {
    const second = new ListenerSecond();
    for (const length of [0, 8, 3, 5, 0]) {
      second.sample(1, length, 10, 0);
      second.endRound();
    }
    expect(take(second).acceptedAtLeast).toBe(10);
  });

  it('does not invent drops where the kernel counts none', () => {
    const second = new ListenerSecond();
    second.sample(1, 0, 10, undefined);
    second.endRound();
    expect(take(second).drops).toBe(-1);
  });

  it('is over when no socket was shown and its last second was taken', () => {
    const second = new ListenerSecond();
    second.sample(1, 2, 10, 0);
    second.endRound();
    second.endRound();
    expect(second.isOver).toBe(false);
    expect(second.take(undefined)).toBeDefined();
    second.endRound();
    expect(second.isOver).toBe(true);
    expect(second.take(undefined)).toBeUndefined();
  });

  it('begins anew where a server is restarted with a new socket', () => {
    const second = new ListenerSecond();
    second.sample(1, 0, 10, 700);
    second.endRound();
    second.take(undefined);
    for (const drops of [0, 2]) {
      second.sample(9, 0, 10, drops);
      second.endRound();
    }
    expect(take(second).drops).toBe(2);
  });
});

describe('a namespace’s second', () => {
  const facts = {
    before: { 'Tcp.PassiveOpens': 10, 'TcpExt.PAWSEstab': 1, 'Tcp.CurrEstab': 4 },
    now: { 'Tcp.PassiveOpens': 25, 'TcpExt.PAWSEstab': 3, 'TcpExt.PAWSActive': 9, 'Tcp.CurrEstab': 6 },
    sockstat: { 'TCP.tw': 8, 'TCP.orphan': 2 },
    conntrack: undefined,
    states: undefined,
    synRecv: undefined,
    initial: true,
  } as const;

  it('takes the rise of counters, and leaves out what the kernel lacks', () => {
    expect(named(namespaceSecond(facts), namespaceChannels)).toMatchObject({
      passiveOpens: 15,
      pawsRejections: 2,
      listenDrops: -1,
      established: 6,
      timeWait: 8,
      orphans: 2,
      closeWait: -1,
      conntrackCount: -1,
    });
  });

  it('knows nothing of rises in its first second', () => {
    const second = named(namespaceSecond({ ...facts, before: undefined }), namespaceChannels);
    expect(second).toMatchObject({ passiveOpens: -1, established: 6 });
  });

  it('tells orphans, which are the whole kernel’s, of the initial namespace only', () => {
    expect(named(namespaceSecond({ ...facts, initial: false }), namespaceChannels).orphans).toBe(-1);
  });

  it('takes states from a walk where there was one', () => {
    const states = { ESTABLISHED: 3, CLOSE_WAIT: 2, FIN_WAIT1: 1, FIN_WAIT2: 4, LAST_ACK: 1, SYN_RECV: 7 };
    expect(named(namespaceSecond({ ...facts, states }), namespaceChannels)).toMatchObject({
      established: 3,
      closeWait: 2,
      finWait: 6,
      synRecv: 7,
    });
  });
});

describe('a budget', () => {
  it('allows what was earned, and waits after a debt', () => {
    const budget = new Budget(0.01, 100);
    expect(budget.allows(0)).toBe(true);
    budget.charge(() => {
      const end = process.cpuUsage().user + 60_000;
      while (process.cpuUsage().user < end);
    });
    expect(budget.allows(1000)).toBe(false);
    expect(budget.allows(90_000)).toBe(true);
  });
});
