import type { Dice } from './dice.ts';
import type { Site } from './site.ts';

/** What goes on at any host besides its trouble. Each is modest, so that it stays below every alarm by itself. */
const everyday: readonly {
  readonly name: string;
  readonly start: (site: Site, dice: Dice) => Promise<void>;
}[] = [
  { name: 'requests', start: requests },
  { name: 'idle-with-keepalive', start: idleWithKeepalive },
  { name: 'closed-by-server', start: closedByServer },
  { name: 'downloads', start: downloads },
  { name: 'queries', start: queries },
  { name: 'short-outgoing', start: shortOutgoing },
  { name: 'stray-refusals', start: strayRefusals },
];

/** Starts up to three of them; gives their names. */
export async function startBackground(site: Site, dice: Dice): Promise<readonly string[]> {
  const chosen = dice.shuffled(everyday).slice(0, dice.whole(0, 3));
  for (const { start } of chosen) await start(site, dice);
  return chosen.map(({ name }) => name);
}

/** Clients that ask and are answered, some ten to a hundred times a second, each on a connection of its own. */
async function requests(site: Site, dice: Dice): Promise<void> {
  const rate = dice.whole(10, 100);
  const { port } = await site.serve({
    backlog: dice.pick([128, 511, 4096]),
    read: true,
    replyBytes: dice.whole(600, 9000),
    closeAfterMs: dice.whole(5, 60),
  });
  const sendBytes = dice.whole(200, 900);
  await site.visit({ port, ...steady(rate), sendBytes, receiveUntilClose: true });
}

async function idleWithKeepalive(site: Site, dice: Dice): Promise<void> {
  const keepalive = { idleSeconds: dice.whole(20, 300), intervalSeconds: 10, probes: 5 };
  const { port } = await site.serve({ backlog: 128, read: true, keepalive });
  await site.visit({ port, count: dice.whole(3, 60), close: 'never', sendBytes: 50 });
}

/** The server closes first, and keeps the TIME_WAITs. */
async function closedByServer(site: Site, dice: Dice): Promise<void> {
  const { port } = await site.serve({ backlog: 511, replyBytes: dice.whole(300, 4000), closeAfterMs: 2 });
  await site.visit({ port, ...steady(dice.whole(10, 60)), receiveUntilClose: true });
}

async function downloads(site: Site, dice: Dice): Promise<void> {
  const { port } = await site.serve({
    backlog: 128,
    read: true,
    replyBytes: dice.whole(50_000, 400_000),
    closeAfterMs: 400,
  });
  await site.visit({ port, ...steady(dice.whole(2, 8)), sendBytes: 120, receiveUntilClose: true });
}

/** A pool of connections from here, in use. */
async function queries(site: Site, dice: Dice): Promise<void> {
  const { port } = await site.serveThere({ backlog: 128, read: true, replyBytes: 2000 });
  const count = dice.whole(3, 30);
  await site.reach({ port, count, sendBytes: 100, sendEveryMs: dice.whole(100, 900), holdMs: 120_000 });
}

/** Connections from here, one for each question. */
async function shortOutgoing(site: Site, dice: Dice): Promise<void> {
  const { port } = await site.serveThere({ backlog: 511, read: true, replyBytes: 1500, closeAfterMs: 20 });
  await site.reach({ port, ...steady(dice.whole(5, 40)), sendBytes: 300, receiveUntilClose: true });
}

/** Two who knock at a closed port, once. */
async function strayRefusals(site: Site, dice: Dice): Promise<void> {
  await site.visit({ port: site.freePort(), count: dice.whole(1, 2), ratePerSecond: 0.3 });
}

/** `rate` connections a second for as long as the trial lasts, evenly, by clients that come back every second. */
export function steady(rate: number): { count: number; repeatEveryMs: number; ratePerSecond: number } {
  return { count: rate, repeatEveryMs: 1000, ratePerSecond: rate };
}
