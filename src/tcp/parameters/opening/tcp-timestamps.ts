import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpTimestamps = defineParameter({
  ...fromSetting('tcp_timestamps'),
  subject: 'opening',
  meaning:
    'Whether connections carry timestamps (RFC 7323): 0 no, 1 yes, with a random offset for each pair of addresses, 2 yes, without.',
  range: { min: 0, max: 255 },
  read: 'when a connection is opened, on both sides; both must want them',
  moves: 'round-trip measurement, PAWS, reuse of ports in TIME_WAIT, what a SYN cookie can carry',
  doesNot: 'It costs 12 bytes a segment and hardly any time; turning it off frees no queue.',
  interactions: [
    'net.ipv4.tcp_tw_reuse works only with timestamps on both sides',
    'net.ipv4.tcp_syncookies: a cookie keeps window scaling and SACK in the timestamp',
  ],
  source:
    'RFC 7323 sections 3 to 5; cookie_init_timestamp(), tcp_twsk_unique(); ip-sysctl.rst, tcp_timestamps',
  advised: ['0', '1'],
  keep: 'Round-trip times, PAWS, tcp_tw_reuse and useful SYN cookies rest on it.',
  judge: ({ number }) =>
    number === 0
      ? harmful(
          'It takes away PAWS (old segments can be taken for new ones on fast paths), round-trip measurement from resent segments and tcp_tw_reuse, and SYN cookies lose window scaling and SACK. It gains 12 bytes a segment.',
        )
      : situational(
          'Timestamps without a random offset: the clock behind them shows how long the host has been up, and the same clock for all clients. Only for measuring.',
        ),
});
