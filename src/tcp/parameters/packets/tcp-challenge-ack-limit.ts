import { defineParameter } from '../define-parameter.ts';
import { good, harmful } from '../verdict.ts';

export const tcpChallengeAckLimit = defineParameter({
  name: 'net.ipv4.tcp_challenge_ack_limit',
  subject: 'packets',
  unit: 'per second',
  meaning: 'Challenge ACKs of a whole namespace in a second.',
  default: null,
  defaultNote: '2147483647 (no limit) measured on 6.18, 1000 on older kernels',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at a segment that might be forged',
  moves: 'answers to forged SYNs and resets',
  doesNot: 'Each socket has its own limit anyway.',
  source: 'RFC 5961; ip-sysctl.rst, tcp_challenge_ack_limit',
  advised: ['999999999', '2147483647'],
  judge: ({ number }) =>
    number >= 1_000_000
      ? good(
          'In effect no limit for the namespace, as in recent kernels: each socket has its own. It was the cure for CVE-2016-5696.',
        )
      : harmful(
          'A limit shared by all connections can be observed from outside and tells an attacker about other people’s connections (CVE-2016-5696).',
        ),
});
