import { formatCount } from '../../../base/units.ts';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import type { SettingValues } from '../../../tcp/setting.ts';
import { acceptQueueOverflow } from '../../scenarios/accept-queue-overflow.ts';
import type { FindingFacts } from '../finding-facts.ts';
import { fewerThan, hasAny, type LabRemedy, type Rebuilt } from '../finding-proof.ts';
import { ScaledDown } from '../scaled-down.ts';
import { settingsOfListener } from './settings-of-listener.ts';

/** So many places are filled within a second, whatever else the machine does. */
const MOST_PLACES = 256;
const FEW_PLACES = 64;
const MOST_PER_SECOND = 200;
const USUAL_BACKLOG = 16;

const telling = [
  'served',
  'connections attempted',
  'failed',
  'accept queue overflows',
  'SYNs and ACKs dropped',
  'connected',
  'time to connect, longest',
];

/** A full accept queue, for the reason that the doctor names. */
export function rebuildOverflow(facts: FindingFacts): Rebuilt {
  const scaled = new ScaledDown();
  const { id } = facts.finding.cause;
  const limit = facts.listener?.acceptQueue.limit ?? facts.experiment('backlog') ?? USUAL_BACKLOG;
  const fewPlaces = id === 'backlog-too-small';
  const backlog = scaled.atMost(
    'backlog',
    limit,
    fewPlaces ? FEW_PLACES : MOST_PLACES,
    'the queue is full within a second',
  );
  const base = { ...settingsOfListener(facts, scaled, backlog), cause: id, backlog };
  const shrink = backlog / Math.max(1, limit);
  switch (id) {
    case 'sustained-overload':
      return sustained(facts, scaled, base);
    case 'burst':
    case 'backlog-too-small':
      return tooShort(scaled, base, shrink);
    default:
      return standing(scaled, base, id);
  }
}

type Base = SettingValues & { readonly backlog: number; readonly cause: string; readonly somaxconn: number };

/** Nobody accepts: the clients come once and stay. */
function standing(scaled: ScaledDown, base: Base, cause: string): Rebuilt {
  const senders = Math.max(20, Math.ceil(2.4 * acceptQueueCapacity(base.backlog)));
  const set = { ...base, senders, arrivalsPerSecond: Math.ceil(2.5 * senders), tcp_syn_retries: 3 };
  return {
    scenario: acceptQueueOverflow,
    set,
    scaled: scaled.notes,
    failure: 'connections that nobody accepts',
    fails: fewerThan('served', 'connections attempted'),
    telling,
    remedies: standingRemedies[cause] ?? [],
    inVain: longerQueue(base),
    doesNotProve: cause === 'process-stopped' ? [] : [whatItAccepts],
  };
}

const whatItAccepts =
  "That your program will keep up once it accepts: the laboratory's server does nothing else with a connection.";

const keepsUp = { cause: 'none' };
const standingRemedies: Readonly<Record<string, readonly LabRemedy[]>> = {
  'process-stopped': [
    {
      of: /^let the (process run again|frozen cgroup run again)|continue the process/,
      change: () => ({ what: 'a process that runs again after 2.5 s', set: { acceptAgainMs: 2500 } }),
    },
  ],
  'fd-limit': [
    {
      of: /^raise its limit of open files/,
      change: () => ({ what: 'enough file descriptors', set: keepsUp }),
    },
  ],
  'cpu-saturated': [
    {
      of: /^(more threads or processes that accept|raise the CPU limit|other programs take the cores)/,
      change: () => ({ what: 'a processor for the thread that accepts', set: keepsUp }),
    },
  ],
  blocked: [
    {
      of: /^accept in a thread or event loop/,
      change: () => ({ what: 'a thread that waits for nothing but connections', set: keepsUp }),
    },
  ],
};

/** More connections arrive than are accepted, all the time. */
function sustained(facts: FindingFacts, scaled: ScaledDown, base: Base): Rebuilt {
  const arrived = facts.experiment('arrivalsPerSecond');
  const accepted = facts.experiment('acceptsPerSecond');
  if (arrived === undefined || accepted === undefined)
    scaled.note(
      'How fast connections come and are accepted is not in the report: three times as fast is assumed.',
    );
  const most = 'so many connections take no more than one core';
  const arrivals = Math.round(
    scaled.atMost('arrivals a second', Math.max(60, arrived ?? 100), MOST_PER_SECOND, most),
  );
  const share = Math.min(0.7, (accepted ?? 1) / (arrived ?? 3));
  const accepts = Math.max(1, Math.round(arrivals * share));
  const fills = Math.floor(1.2 * (arrivals - accepts)) - 1;
  const backlog = scaled.atMost(
    'backlog',
    base.backlog,
    Math.max(8, fills),
    'it is full within 1.2 s at this rate',
  );
  const set = {
    ...base,
    backlog,
    arrivalsPerSecond: arrivals,
    acceptsPerSecond: accepts,
  };
  return {
    scenario: acceptQueueOverflow,
    set,
    scaled: scaled.notes,
    failure: 'an accept queue that overflows',
    fails: hasAny('accept queue overflows'),
    telling: [
      'accept queue overflows',
      'SYNs and ACKs dropped',
      'connections attempted',
      'served',
      'failed',
      'time to connect, longest',
    ],
    remedies: [
      {
        of: /^accept faster/,
        change: () => ({
          what: `${formatCount(2 * arrivals)} accepts a second where ${formatCount(arrivals)} connections come`,
          set: { acceptsPerSecond: 2 * arrivals },
        }),
      },
      {
        of: /^fewer connections without data/,
        change: (emptyPercent = 50) => {
          const rarer = Math.max(1, Math.round(arrivals * (1 - (0.9 * emptyPercent) / 100)));
          return {
            what: `connections without data (${emptyPercent} % of all) a tenth as often`,
            set: { arrivalsPerSecond: rarer },
          };
        },
      },
    ],
    inVain: longerQueue({ ...base, backlog }),
    doesNotProve: [whatItAccepts],
  };
}

/** It keeps up on the whole, and a longer queue carries it over. */
function tooShort(scaled: ScaledDown, base: Base, shrink: number): Rebuilt {
  const { backlog, cause, somaxconn } = base;
  const places = acceptQueueCapacity(backlog);
  const traffic = cause === 'burst' ? bursts(places) : pauses(places);
  return {
    scenario: acceptQueueOverflow,
    set: { ...base, ...traffic },
    scaled: scaled.notes,
    failure: 'an accept queue that overflows',
    fails: hasAny('accept queue overflows'),
    telling: [
      'accept queue overflows',
      'SYNs and ACKs dropped',
      'failed',
      'time to connect, longest',
      'served',
    ],
    remedies: [
      {
        of: /^raise the application's backlog/,
        change: (stated = 4 * backlog) => {
          const raised = Math.max(2 * backlog, Math.round(stated * shrink));
          return {
            what: `a backlog of ${formatCount(raised)}`,
            set: { backlog: raised, somaxconn: Math.max(raised, somaxconn) },
            scaled:
              raised === stated
                ? []
                : [
                    `The proposed backlog of ${formatCount(stated)} is ${formatCount(raised)} here, in the same proportion.`,
                  ],
          };
        },
      },
    ],
    inVain: { what: 'tcp_max_syn_backlog raised to 65,535', set: { tcp_max_syn_backlog: 65_535 } },
    doesNotProve: [
      'That no burst is larger than those of the laboratory: they are half as large again as the queue.',
    ],
  };
}

function bursts(places: number): SettingValues {
  const senders = Math.max(8, Math.ceil(1.5 * places));
  const arrivals = Math.max(2, Math.ceil(senders / 1.5));
  return { senders, arrivalsPerSecond: arrivals, acceptsPerSecond: Math.max(40, 4 * arrivals) };
}

function pauses(places: number): SettingValues {
  const arrivals = Math.max(100, 10 * places);
  return { arrivalsPerSecond: arrivals, pauseMs: Math.ceil((1.5 * 1000 * places) / arrivals) };
}

/** Twice as long is as full as before, a moment later. */
function longerQueue({
  backlog,
  somaxconn,
}: Pick<Base, 'backlog' | 'somaxconn'>): NonNullable<Rebuilt['inVain']> {
  const longer = 2 * Math.max(1, backlog);
  return {
    what: `a backlog of ${formatCount(longer)} and tcp_max_syn_backlog 65,535`,
    set: { backlog: longer, somaxconn: Math.max(longer, somaxconn), tcp_max_syn_backlog: 65_535 },
  };
}
