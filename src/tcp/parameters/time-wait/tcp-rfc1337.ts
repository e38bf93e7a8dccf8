import { defineParameter } from '../define-parameter.ts';
import { good } from '../verdict.ts';

export const tcpRfc1337 = defineParameter({
  name: 'net.ipv4.tcp_rfc1337',
  subject: 'time-wait',
  meaning: 'Whether a reset that arrives for a socket in TIME_WAIT is ignored (1) or ends it (0).',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'when a reset meets TIME_WAIT',
  moves: 'TIME_WAIT',
  doesNot:
    'It changes nothing while no resets arrive in TIME_WAIT. The documentation describes it the wrong way round.',
  source: 'tcp_timewait_state_process(); RFC 1337 section 3; measured: 0 removes the socket, 1 keeps it',
  advised: ['1'],
  judge: () =>
    good(
      'Protects TIME_WAIT against resets, as RFC 1337 advises. A rare case: no queue, no port and no rate changes.',
    ),
});
