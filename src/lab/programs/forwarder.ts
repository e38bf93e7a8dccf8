/** The cable of a delayed link: makes a tun device in each of two namespaces and carries packets between them. */

import { libc } from '../../kernel/ffi.ts';
import type { LinkConditions, LinkDirection, OneWayConditions } from '../link-conditions.ts';
import type { ForwarderDone, ForwarderMessage, ForwarderOptions } from './forwarder-options.ts';
import { LoseRules } from './lose-rules.ts';
import { OneWay } from './one-way.ts';
import { polled, pollList, waitFor, wakeEarlyMs, wakeOnTime } from './precise-wait.ts';
import { announce, breathe, readOptions, untilTerminated } from './program.ts';
import { openTun } from './tun-device.ts';

const usualSeed = 1;
/** A signal is noticed after this long at the latest. */
const longestWaitMs = 100;
const breatheEveryMs = 20;
const standardInput = 0;

const { ends, conditions: atFirst } = readOptions<ForwarderOptions>();
let conditions: LinkConditions = {};
const [clientFd, serverFd] = ends.map((end) => openTun(end.namespacePath, end.device)) as [number, number];
const toServer = new OneWay(clientFd, serverFd, rulesFor('toServer', []), 0);
const toClient = new OneWay(serverFd, clientFd, rulesFor('toClient', []), 0);
change({ seed: usualSeed, ...atFirst });

wakeOnTime();
const state = untilTerminated();
const input = { text: '', ended: false };
announce('ready', { pid: process.pid });

const watched = pollList([clientFd, serverFd, standardInput]);
let more = false;
let breatheAtMs = 0;
while (!state.stopped && !input.ended) {
  const nextDueAtMs = Math.min(toServer.nextDueAtMs, toClient.nextDueAtMs);
  waitFor(watched, more ? 0 : Math.min(nextDueAtMs - wakeEarlyMs - performance.now(), longestWaitMs));
  if (polled(watched, 2) !== 'nothing') obey();
  // Somebody has deleted a device: there is nothing left to carry.
  if (polled(watched, 0) === 'failed' || polled(watched, 1) === 'failed') break;
  // Without asking which one is readable: a read that gives nothing costs less than a wrong answer.
  const moreToServer = toServer.receive();
  const moreToClient = toClient.receive();
  more = moreToServer || moreToClient;
  toServer.forward();
  toClient.forward();
  if (performance.now() >= breatheAtMs) {
    await breathe();
    breatheAtMs = performance.now() + breatheEveryMs;
  }
}
announce('done', counts());
process.exit(0);

function counts(): ForwarderDone {
  return { toServer: toServer.counts(), toClient: toClient.counts() };
}

function change(part: LinkConditions): void {
  conditions = {
    ...conditions,
    ...part,
    toServer: { ...conditions.toServer, ...part.toServer },
    toClient: { ...conditions.toClient, ...part.toClient },
  };
  for (const [name, way] of [
    ['toServer', toServer],
    ['toClient', toClient],
  ] as const) {
    way.setConditions(conditionsOf(name));
    if (part.lose) way.setRules(rulesFor(name, part.lose));
    // Each direction has numbers of its own: what one carries does not change what happens in the other.
    if (part.seed !== undefined) way.setSeed(part.seed * 2 + (name === 'toServer' ? 0 : 1));
  }
}

function conditionsOf(direction: LinkDirection): OneWayConditions {
  const { toServer, toClient, lose, seed, ...both } = conditions;
  return { ...both, ...conditions[direction] };
}

function rulesFor(direction: LinkDirection, lose: LinkConditions['lose'] = []): LoseRules {
  return new LoseRules(lose.filter((rule) => rule.direction === direction));
}

/** Messages on standard input; its end means that the lab is gone. */
function obey(): void {
  const chunk = Buffer.alloc(65536);
  const bytes = libc().call.read(standardInput, chunk, chunk.length) as number;
  if (bytes <= 0) {
    input.ended = true;
    return;
  }
  const lines = (input.text + chunk.toString('utf8', 0, bytes)).split('\n');
  input.text = lines.pop() ?? '';
  for (const line of lines) {
    change((JSON.parse(line) as ForwarderMessage).change);
    announce('answer', counts());
  }
}
