import type { AcceptMode, ClientsOptions, ListenerOptions } from '../../../lab/programs/options.ts';
import type { Dice } from '../dice.ts';
import { defineFault, type FaultKind, type Injected, roseBy } from '../fault.ts';
import { freeze, throttle } from '../hold-process.ts';
import type { Measured } from '../measured.ts';
import type { Server, Site } from '../site.ts';
import type { Consequence, Truth } from '../truth.ts';

const clientsOnThisHost: Consequence = {
  id: 'connect-timeouts',
  cause: 'accept-queue-full',
  because: 'the clients are programs of the same host, and their connections do hang',
};

interface Overload {
  readonly server: Omit<ListenerOptions, 'address' | 'port'>;
  readonly clients: Omit<ClientsOptions, 'to' | 'port'>;
  /** Done to the server before its clients come. */
  readonly hold?: (site: Site, server: Server) => void;
  /** Whoever waits waits until the end. */
  readonly lasts?: true;
}

function overflow(
  cause: string,
  name: string,
  overload: (dice: Dice) => Overload,
  more: Partial<FaultKind> = {},
) {
  return defineFault({
    name: `accept-queue-overflow/${name}`,
    id: 'accept-queue-overflow',
    sudden: true,
    ...more,
    sets: ['listen-overflows', ...(more.sets ?? [])],
    inject: async (site, dice): Promise<Injected> => {
      const { server: options, clients, hold, lasts } = overload(dice);
      const isLocal = dice.chance(0.2);
      const server = await site.serve(options);
      hold?.(site, server);
      const { port } = server;
      await (isLocal
        ? site.reach({ to: site.loopback, port, ...clients })
        : site.visit({ port, ...clients }));
      return {
        truths: [acceptQueueTruth(server, cause)],
        parameters: { ...asParameters(options), ...asParameters(clients), from: isLocal ? 'here' : 'there' },
        settleMs: 300,
        leadsTo: isLocal ? [clientsOnThisHost] : [],
        missing: (measured) =>
          roseBy(measured, 'TcpExt.ListenOverflows', 2) ??
          (lasts && queueLength(measured, port) === 0 ? 'nobody waits at the end' : undefined),
      };
    },
  });
}

/** /proc/net/tcp gives the length of the accept queue as rx_queue of the listener. */
function queueLength({ after }: Measured, port: number): number {
  const listener = after.sockets.find((one) => one.state === 'LISTEN' && one.localPort === port);
  return listener?.receiveQueue ?? 0;
}

export function acceptQueueTruth({ listener, pid }: Server, cause: string): Truth {
  return {
    id: 'accept-queue-overflow',
    cause,
    subject: { listener, pid: String(pid) },
    level: 'alarm',
  };
}

export function asParameters(options: object): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value).slice(0, 60),
    ]),
  );
}

/** Twice as many and more than fit, who stay; or a stream of them who give up and come again. */
export function moreThanFit(dice: Dice, backlog: number): Omit<ClientsOptions, 'to' | 'port'> {
  if (dice.chance(0.4)) {
    const rate = Math.min(400, backlog + dice.whole(20, 120));
    return {
      count: rate,
      ratePerSecond: rate,
      repeatEveryMs: 1000,
      giveUpAfterMs: 900,
      sendBytes: 200,
      holdMs: 500,
    };
  }
  const count = backlog + dice.whole(12, 150);
  return { count, close: 'never', ...(dice.chance(0.5) ? { ratePerSecond: dice.whole(150, 800) } : {}) };
}

const smallBacklog = (dice: Dice): number => dice.pick([4, 8, 16, 50, 100, 128, 200]);

const stuck =
  (mode: AcceptMode, hold?: Overload['hold']) =>
  (dice: Dice): Overload => {
    const backlog = smallBacklog(dice);
    return { server: { backlog, mode }, clients: moreThanFit(dice, backlog), ...(hold ? { hold } : {}) };
  };

/** Over a delay the SYN queue, which has the same limit, would overflow as well: that is another fault. */
const withoutDelay = { link: () => null } as const;

const asking = (dice: Dice) => ({ sendBytes: dice.whole(100, 900), receiveUntilClose: true });
const answering = (dice: Dice) => ({ read: true, replyBytes: dice.whole(500, 3000), closeAfterMs: 200 });

const processStopped = overflow(
  'process-stopped',
  'process-stopped',
  stuck('accept', (_site, { process }) => process.signal('SIGSTOP')),
);

const processFrozen = overflow(
  'process-stopped',
  'process-frozen',
  stuck('accept', (site, { pid }) => freeze(site, pid)),
);

const descriptorLimit = overflow('fd-limit', 'fd-limit', (dice) => {
  const backlog = smallBacklog(dice);
  const descriptors = dice.whole(3, 60);
  return {
    server: { backlog, mode: 'fd-limit', descriptors },
    clients: { count: backlog + descriptors + dice.whole(12, 100), close: 'never' },
    lasts: true,
  };
});

const spinning = overflow('cpu-saturated', 'spinning', stuck('spin'), { sets: ['processor'] });

const tooMuchWork = overflow(
  'cpu-saturated',
  'too-much-work',
  (dice) => {
    const workMs = dice.whole(15, 50);
    const rate = Math.ceil((1000 / workMs) * dice.whole(3, 8));
    return {
      server: { backlog: dice.pick([8, 16, 32, 64]), workMs, read: true },
      clients: { ...stream(rate), sendBytes: 300, holdMs: 100 },
    };
  },
  { sets: ['processor'] },
);

const throttled = overflow(
  'cpu-saturated',
  'throttled',
  (dice) => {
    const workMs = dice.whole(4, 10);
    const quota = dice.whole(8, 20) / 100;
    const rate = Math.ceil(((1000 * quota) / workMs) * dice.whole(4, 8));
    return {
      server: { backlog: dice.pick([8, 16, 32]), workMs, read: true },
      clients: { ...stream(rate), sendBytes: 300, holdMs: 100 },
      hold: (site, { pid }) => throttle(site, pid, quota),
    };
  },
  { sets: ['processor'] },
);

const waitsForLock = overflow('blocked', 'waits-for-lock', stuck('never-accept'));
const sleeps = overflow('blocked', 'sleeps', stuck('sleep'));

/** It keeps up on the whole, and stands still for a moment while many come at once. */
const burst = overflow(
  'burst',
  'burst',
  (dice) => {
    const backlog = dice.whole(64, 160);
    return {
      server: {
        ...answering(dice),
        backlog,
        mode: 'pause-bursts',
        pauseMs: dice.whole(60, 140),
        pauseEveryMs: 1000,
      },
      clients: { count: backlog * dice.whole(3, 6), repeatEveryMs: dice.whole(1200, 2200), ...asking(dice) },
    };
  },
  {
    ...withoutDelay,
    leadsTo: [
      {
        id: 'syn-queue-overflow',
        because:
          'so many at once may fill both queues of the listener: the kernel then sends cookies as well',
      },
    ],
  },
);

const tooSmall = overflow(
  'backlog-too-small',
  'backlog-too-small',
  (dice) => ({
    server: {
      ...answering(dice),
      backlog: dice.whole(1, 3),
      mode: 'pause-bursts',
      pauseMs: dice.whole(11, 16),
      pauseEveryMs: dice.whole(80, 130),
    },
    clients: { ...stream(dice.whole(300, 450)), ...asking(dice) },
  }),
  withoutDelay,
);

const sustained = overflow('sustained-overload', 'slow-accept', (dice) => {
  const acceptEveryMs = dice.whole(12, 50);
  const rate = Math.min(400, Math.ceil((1000 / acceptEveryMs) * dice.whole(3, 8)));
  return {
    server: { backlog: dice.whole(8, 64), mode: 'slow-accept', acceptEveryMs, read: true },
    clients: { ...stream(rate), sendBytes: 300, holdMs: 50 },
  };
});

function stream(rate: number): Omit<ClientsOptions, 'to' | 'port'> {
  return { count: rate, ratePerSecond: rate, repeatEveryMs: 1000 };
}

export const acceptQueueOverflows: readonly FaultKind[] = [
  processStopped,
  processFrozen,
  descriptorLimit,
  spinning,
  tooMuchWork,
  throttled,
  waitsForLock,
  sleeps,
  burst,
  tooSmall,
  sustained,
];
