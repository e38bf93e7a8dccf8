/** One client that a full queue hits, as packets: what the ladder shows beside the prediction. */
import { laterBy, type Moment, startMoment } from '../../../tcp/model/timer-wheel.ts';
import type { PredictedEvent, PredictedOutcome } from '../../../tcp/prediction.ts';
import type { HandshakeTimers } from './queue-settings.ts';
import { type SimulatedClient, type Trouble, troubles } from './simulate-listener.ts';

export interface AffectedClient {
  /** In the order in which they come. */
  readonly index: number;
  readonly trouble: Trouble | undefined;
  readonly events: readonly PredictedEvent[];
  /** What is seen from then on was not predicted one by one: the watch ends in the midst of it. */
  readonly eventsUntilMs: number;
  readonly outcome: PredictedOutcome;
  /** All SYNs that it would send if nobody ever answered. */
  readonly syns: readonly PredictedEvent[];
  /** Others try again at the same moment: which of its SYNs gets it in is left to chance. */
  readonly competes?: true;
}

export interface ClientBehaviour {
  readonly timers: HandshakeTimers;
  readonly rttMs: number;
  /** When it sends data, from the moment it is connected; the first is the sending, the others what nobody acknowledges. */
  readonly data: readonly Moment[];
}

/**
 * The first client in trouble (of these kinds), or the first of all. Times count from its first SYN; `untilMs` is how far the client
 * with that number is watched.
 */
export function firstAffected(
  clients: readonly SimulatedClient[],
  behaviour: ClientBehaviour,
  untilMs: (index: number) => number,
  kinds: readonly Trouble[] = troubles,
): AffectedClient {
  const found = clients.findIndex(({ trouble }) => trouble !== undefined && kinds.includes(trouble));
  const index = Math.max(0, found);
  const client = clients[index];
  const { events, outcome } = client ? timelineOf(client, behaviour) : { events: [], outcome: forEver };
  const endMs = untilMs(index);
  const later = events.filter(({ latestMs }) => latestMs >= endMs).map(({ atMs }) => atMs);
  return {
    index,
    trouble: found < 0 ? undefined : client?.trouble,
    events: events.filter(({ latestMs }) => latestMs < endMs),
    eventsUntilMs: Math.min(endMs, ...later),
    outcome,
    syns: behaviour.timers.syns.map((moment) => event(moment, 'client', 'SYN')),
  };
}

interface Timeline {
  readonly events: readonly PredictedEvent[];
  readonly outcome: PredictedOutcome;
}

function timelineOf(client: SimulatedClient, behaviour: ClientBehaviour): Timeline {
  const { rttMs } = behaviour;
  const opening = [event(startMoment, 'client', 'SYN'), ...answered(startMoment, rttMs)];
  switch (client.trouble) {
    case undefined:
      return { events: opening, outcome: outcomeAt(laterBy(startMoment, rttMs), null, 'ESTABLISHED') };
    case 'syn-dropped':
      return synDropped(client, behaviour);
    case 'aborted':
      return {
        events: [...opening, event(laterBy(startMoment, 1.5 * rttMs), 'server', 'RST')],
        outcome: outcomeAt(laterBy(startMoment, 2 * rttMs), 'ECONNRESET', 'CLOSE'),
      };
    case 'cookie-dropped':
    case 'ack-dropped':
      return ackDropped(client, behaviour, opening);
  }
}

function synDropped({ fate, synsSent }: SimulatedClient, { timers, rttMs }: ClientBehaviour): Timeline {
  const syns = timers.syns.map((moment) => event(moment, 'client', 'SYN'));
  const letIn = timers.syns[synsSent - 1];
  if (fate === 'dropped' || fate === 'gave-up' || letIn === undefined) {
    return { events: syns, outcome: outcomeAt(timers.synsEnd, 'ETIMEDOUT', 'CLOSE') };
  }
  return {
    events: [...syns.slice(0, synsSent), ...answered(letIn, rttMs)],
    outcome: outcomeAt(laterBy(letIn, rttMs), null, 'ESTABLISHED'),
  };
}

/** A request's SYN-ACK comes again and again, until it is let in or forgotten; the first data after that draws a RST. A cookie's does not. */
function ackDropped(
  { startMs, inAtMs = Number.POSITIVE_INFINITY, trouble }: SimulatedClient,
  { timers, rttMs, data }: ClientBehaviour,
  opening: readonly PredictedEvent[],
): Timeline {
  const synAcks = trouble === 'ack-dropped' ? timers.synAcks.slice(1) : [];
  const repeated = synAcks.flatMap((moment) => answers(laterBy(moment, rttMs / 2), rttMs));
  const sent = data.map((moment) => event(laterBy(moment, rttMs), 'client', 'data'));
  const forgotten = trouble === 'ack-dropped' ? laterBy(timers.synAcksEnd, rttMs / 2) : undefined;
  const arrivesMs = ({ atMs, from }: PredictedEvent): number =>
    atMs + (from === 'client' ? rttMs / 2 : rttMs);
  const letIn = inAtMs - startMs;
  const before = [...repeated, ...sent].filter((one) => arrivesMs(one) <= letIn + momentMs);
  const fatal = before.find(({ what, atMs }) => what === 'data' && forgotten && atMs > forgotten.latestMs);
  const events = [...opening, ...before.filter(({ atMs }) => fatal === undefined || atMs <= fatal.atMs)];
  const reset = fatal ? [event(laterBy(fatal, rttMs / 2), 'server', 'RST')] : [];
  return {
    events: [...events, ...reset].toSorted((a, b) => a.atMs - b.atMs),
    outcome: fatal ? outcomeAt(laterBy(fatal, rttMs), 'ECONNRESET', 'CLOSE') : forEver,
  };
}

/** Binary fractions. */
const momentMs = 0.01;

const forEver: PredictedOutcome = { atMs: null, latestMs: null, errno: null, state: 'ESTABLISHED' };

function answered(syn: Moment, rttMs: number): PredictedEvent[] {
  return answers(laterBy(syn, rttMs / 2), rttMs);
}

function answers(synAck: Moment, rttMs: number): PredictedEvent[] {
  return [event(synAck, 'server', 'SYN-ACK'), event(laterBy(synAck, rttMs / 2), 'client', 'ACK')];
}

function event(
  { atMs, latestMs }: Moment,
  from: PredictedEvent['from'],
  what: PredictedEvent['what'],
): PredictedEvent {
  return { atMs, latestMs, from, what };
}

function outcomeAt({ atMs, latestMs }: Moment, errno: string | null, state: string): PredictedOutcome {
  return { atMs, latestMs, errno, state };
}
