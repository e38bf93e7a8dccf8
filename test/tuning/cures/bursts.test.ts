import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import type { ClientsOptions, ListenerOptions } from '../../../src/lab/programs/options.ts';
import { backlogFor } from '../../../src/tcp/model/queue-need.ts';
import type { TunePlan } from '../../../src/tcp/tune-plan.ts';
import { sleep } from '../../rules/two-hosts.ts';
import { counter, showMeasured } from './measured.ts';
import { TuneProgram } from './tune-program.ts';

/** Where a steady pace proposes too little (7, 12, 13, 18), where all come at once (11), and in a stream (3). */
const seeds = process.env.SEEDS?.split(',').map(Number) ?? [3, 7, 11, 12, 13, 18];

/** Numbers nobody has chosen, the same for the same seed (mulberry32). */
function dice(seed: number): (least: number, most: number) => number {
  let state = seed >>> 0;
  return (least, most) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return least + (((mixed ^ (mixed >>> 14)) >>> 0) % (most - least + 1));
  };
}

interface Stage {
  readonly address: string;
  readonly port: number;
  readonly backlog: number;
  readonly server: Partial<ListenerOptions>;
  readonly clients: Partial<ClientsOptions>;
}

function stageOf(seed: number): Stage {
  const roll = dice(seed);
  const everyMs = roll(300, 1200);
  const count = roll(60, 700);
  const pauseEveryMs = roll(250, 1000);
  return {
    address: seed % 2 === 0 ? '127.0.0.1' : '::1',
    port: roll(1024, 32_000),
    backlog: roll(4, Math.floor(count / 3)),
    server: { mode: 'pause-bursts', pauseMs: roll(20, Math.floor(pauseEveryMs / 2)), pauseEveryMs },
    clients: {
      count,
      repeatEveryMs: everyMs,
      repeats: 100,
      close: 'fin',
      ...(roll(0, 1) ? { ratePerSecond: Math.round((count * 1000) / roll(50, everyMs)) } : {}),
    },
  };
}

async function load(namespace: LabNamespace, { address, port, server, clients }: Stage, backlog: number) {
  const listener = namespace.spawn('listener', { address, port, ...server, backlog });
  await listener.ready;
  await namespace.spawn('clients', { to: address, port, ...clients }).ready;
  return listener;
}

/** Nobody knows where the lab's server has its backlog: the step is a person's. */
function proposed({ changes }: TunePlan): number {
  const summaries = changes.map((change) => (change.kind === 'manual' ? change.summary : ''));
  const [, value] =
    /raise the application's backlog from [\d,]+ to ([\d,]+)/.exec(summaries.join('\n')) ?? [];
  return Number(value?.replaceAll(',', ''));
}

/** The longest queue that was seen in so long. */
async function longestQueue(namespace: LabNamespace, port: number, ms: number): Promise<number> {
  const endMs = performance.now() + ms;
  let longest = 0;
  while (performance.now() < endMs) {
    const [, queue] = namespace
      .run('ss', ['-Hltn', 'sport', '=', `:${port}`])
      .trim()
      .split(/\s+/);
    longest = Math.max(longest, Number(queue));
    await sleep(5);
  }
  return longest;
}

describe.skipIf(process.getuid?.() !== 0)('a backlog for bursts (needs root)', () => {
  it.each(seeds)('seed %d: the proposed one holds them', async (seed) => {
    using tune = new TuneProgram();
    const stage = stageOf(seed);
    let value: number;
    let before: number;
    {
      using namespace = LabNamespace.create('cure');
      await load(namespace, stage, stage.backlog);
      await sleep(300);
      const from = counter(namespace, 'TcpExt.ListenOverflows');
      value = proposed(await tune.plan(namespace.name, '4s'));
      before = counter(namespace, 'TcpExt.ListenOverflows') - from;
    }
    expect(before).toBeGreaterThan(0);
    using namespace = LabNamespace.create('cure');
    await load(namespace, stage, value);
    const longest = await longestQueue(namespace, stage.port, 4000);
    const after = counter(namespace, 'TcpExt.ListenOverflows');
    showMeasured(`burst, seed ${seed}`, { stage, before, value, longest, after });
    expect(after).toBe(0);
    // Clients that were turned away come back together with the next ones: never more than two rounds of all.
    expect(value).toBeLessThanOrEqual(backlogFor(2 * (stage.clients.count ?? 0)));
  });
});
