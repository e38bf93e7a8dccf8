import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpAbortOnOverflow = defineParameter({
  ...fromSetting('tcp_abort_on_overflow'),
  subject: 'queues',
  meaning:
    'Whether the final ACK of a handshake that finds the accept queue full is answered with a reset (1) or dropped (0).',
  range: { min: 0, max: 255 },
  read: 'at each final ACK that finds the accept queue full',
  moves: 'what a client sees of a full accept queue',
  doesNot:
    'It does not concern SYNs: since 4.10 a full accept queue drops them silently whatever it says. It makes no room.',
  interactions: [
    'connections made with a SYN cookie are dropped silently all the same',
    'the client’s own retries: with 0 a burst recovers by itself',
  ],
  source: 'tcp_check_req(); ip-sysctl.rst, tcp_abort_on_overflow',
  advised: ['1'],
  keep: 'A dropped ACK is tried again, and the connection recovers once somebody accepts.',
  judge: () =>
    situational(
      'Only where clients try again by themselves and should fail fast: a burst that would have recovered within seconds becomes “connection reset”. Since 4.10 most overflows drop the SYN, which this does not change.',
    ),
});
