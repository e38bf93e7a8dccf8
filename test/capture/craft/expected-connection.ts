import type { ConnectionRecord, FlowRecord, JudgementId } from '../../../src/tcp/capture.ts';

/** Some fields of a record, some fields of its parts: what `toMatchObject` takes. */
export interface ExpectedConnection
  extends Partial<
    Pick<
      ConnectionRecord,
      | 'family'
      | 'client'
      | 'clientPort'
      | 'server'
      | 'serverPort'
      | 'begins'
      | 'simultaneousOpen'
      | 'cookieLike'
    >
  > {
  readonly syn?: { readonly sends: number };
  readonly synAck?: { readonly sends: number };
  readonly fromClient: ExpectedFlow;
  readonly fromServer: ExpectedFlow;
  readonly end?: Partial<ConnectionRecord['end']>;
  readonly judgement: { readonly id: JudgementId };
}

/** A count left out: the bytes on the wire do not decide it. */
export type ExpectedFlow = Partial<
  Pick<
    FlowRecord,
    | 'payloadBytes'
    | 'retransmissions'
    | 'zeroWindowProbes'
    | 'keepaliveProbes'
    | 'outOfOrder'
    | 'duplicateAcks'
    | 'zeroWindows'
    | 'resets'
    | 'fin'
    | 'options'
    | 'ttl'
  >
>;
