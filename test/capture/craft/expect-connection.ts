import type { ConnectionRecord, FlowRecord, JudgementId } from '../../../src/tcp/capture.ts';
import type { ExpectedConnection, ExpectedFlow } from './expected-connection.ts';

/** What differs from a plain connection; numbers left out are expected to be 0, `fin` false. */
interface FlowFacts extends Partial<Omit<ExpectedFlow, 'retransmissions'>> {
  readonly timeout?: number;
  readonly fast?: number;
  readonly spurious?: number;
  /** Not asserted. */
  readonly undecided?: readonly (keyof ExpectedFlow)[];
}

interface ConnectionFacts
  extends Partial<
    Omit<ExpectedConnection, 'syn' | 'synAck' | 'fromClient' | 'fromServer' | 'judgement' | 'end'>
  > {
  /** Sends; 1 when left out, null: not asserted. */
  readonly syn?: number | null;
  readonly synAck?: number | null;
  readonly fromClient?: FlowFacts;
  readonly fromServer?: FlowFacts;
  /** "fin client", "silence", "open", ... */
  readonly end?: `${ConnectionRecord['end']['how']}${'' | ` ${'client' | 'server' | 'middlebox'}`}`;
}

/** One captured SYN, one SYN-ACK, and otherwise nothing but what the facts say. */
export function expectConnection(id: JudgementId, facts: ConnectionFacts = {}): ExpectedConnection {
  const { syn = 1, synAck = 1, fromClient, fromServer, end, ...rest } = facts;
  return {
    begins: 'syn',
    simultaneousOpen: false,
    cookieLike: false,
    ...rest,
    ...(syn === null ? {} : { syn: { sends: syn } }),
    ...(synAck === null ? {} : { synAck: { sends: synAck } }),
    fromClient: expectFlow(fromClient ?? {}),
    fromServer: expectFlow(fromServer ?? {}),
    ...(end === undefined ? {} : { end: expectEnd(end) }),
    judgement: { id },
  };
}

function expectFlow(facts: FlowFacts): ExpectedFlow {
  const { timeout = 0, fast = 0, spurious = 0, undecided = [], ...rest } = facts;
  const flow = {
    payloadBytes: 0,
    zeroWindowProbes: 0,
    keepaliveProbes: 0,
    outOfOrder: 0,
    duplicateAcks: 0,
    zeroWindows: 0,
    resets: 0,
    fin: false,
    retransmissions: { timeout, fast, spurious } satisfies FlowRecord['retransmissions'],
    ...rest,
  };
  return Object.fromEntries(Object.entries(flow).filter(([name]) => !undecided.some((key) => key === name)));
}

function expectEnd(text: string): Partial<ConnectionRecord['end']> {
  const [how, by] = text.split(' ') as [
    ConnectionRecord['end']['how'],
    'client' | 'server' | 'middlebox' | undefined,
  ];
  if (by !== undefined) return { how, by };
  return how === 'silence' || how === 'open' ? { how, by: null } : { how };
}
