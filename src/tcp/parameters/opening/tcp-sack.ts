import { defineParameter } from '../define-parameter.ts';
import { good, harmful } from '../verdict.ts';

export const tcpSack = defineParameter({
  name: 'net.ipv4.tcp_sack',
  subject: 'opening',
  meaning: 'Whether the receiver may say which segments it has beyond a gap (selective acknowledgements).',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'when a connection is opened',
  moves: 'how a sender recovers from loss',
  doesNot: 'It changes no queue and no timeout.',
  interactions: ['net.ipv4.tcp_recovery (RACK) and net.ipv4.tcp_early_retrans (tail loss probes) need it'],
  source: 'RFC 2018, RFC 8985; ip-sysctl.rst, tcp_sack',
  advised: ['0', '1'],
  keep: 'Loss recovery rests on it.',
  judge: ({ number }) =>
    number === 0
      ? harmful(
          'Loss recovery falls back to one gap in a round trip, and timeouts take the place of fast resends. It was a stopgap against CVE-2019-11477, fixed in June 2019.',
        )
      : good('On, like the default of 1.'),
});
