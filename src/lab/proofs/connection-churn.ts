import { formatCount } from '../../base/units.ts';
import { heartbeatStorm } from '../scenarios/heartbeat-storm.ts';
import { samePort } from './finding-facts.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_SENDERS = 300;
const MOST_PLACES = 128;
const RARE_MS = 10_000;

export const connectionChurnProof: FindingProof = {
  finding: 'connection-churn',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const { subject } = facts.finding;
    const known = Number(subject.senders ?? facts.experiment('senders') ?? MOST_SENDERS);
    const most = 'they take no more than a part of this machine';
    const senders = Math.max(20, scaled.atMost('senders', known || MOST_SENDERS, MOST_SENDERS, most));
    const periodMs = Number(subject.periodMs ?? facts.experiment('heartbeatMs') ?? 1000);
    const heartbeatMs = Math.round(Math.min(2000, Math.max(500, periodMs)));
    if (heartbeatMs !== Math.round(periodMs))
      scaled.note(`They beat every ${heartbeatMs} ms instead of every ${Math.round(periodMs)} ms.`);
    const perSecond = (1000 * senders) / heartbeatMs;
    const acceptsPerSecond = Math.max(1, Math.round(perSecond / 3));
    scaled.note(
      `The collector accepts ${formatCount(acceptsPerSecond)} connections a second, a third of the heartbeats: how fast yours is, the report does not say.`,
    );
    const limit = facts.listener?.acceptQueue.limit ?? facts.experiment('backlog') ?? 64;
    const backlog = scaled.atMost(
      'backlog',
      limit,
      Math.min(MOST_PLACES, Math.ceil(perSecond / 3)),
      'the queue is full within a second',
    );
    const rareMs = Math.max(RARE_MS, 10 * heartbeatMs);
    return {
      scenario: heartbeatStorm,
      set: {
        ...samePort(facts),
        senders,
        heartbeatMs,
        acceptsPerSecond,
        backlog,
        somaxconn: 4096,
      },
      scaled: scaled.notes,
      failure: 'heartbeats that fill the accept queue until it overflows',
      fails: hasAny('accept queue overflows'),
      telling: [
        'accept queue overflows',
        'SYNs and ACKs dropped',
        'connections attempted',
        'failed',
        'time to connect, longest',
      ],
      remedies: [
        {
          of: /^fewer heartbeats/,
          change: () => ({ what: `a heartbeat every ${rareMs / 1000} s`, set: { heartbeatMs: rareMs } }),
        },
        {
          of: /^let the senders beat out of step/,
          change: () => ({ what: 'four collectors instead of one', set: { collectors: 4 } }),
        },
      ],
      inVain: {
        what: `a backlog of ${formatCount(2 * backlog)}`,
        set: { backlog: 2 * Math.max(1, backlog) },
      },
    };
  },
};
