import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpTwReuseDelay = defineParameter({
  ...fromSetting('tcp_tw_reuse_delay'),
  subject: 'time-wait',
  meaning: 'How long TIME_WAIT must have lasted before connect() may take the port over.',
  read: 'when connect() looks for a port',
  moves: 'outgoing connections per second to one destination',
  doesNot: 'It does not end TIME_WAIT, and does nothing while tcp_tw_reuse does nothing.',
  interactions: ['net.ipv4.tcp_tw_reuse, tcp_timestamps on both sides'],
  source:
    'tcp_twsk_unique(), commits 19ce8cd30465 and ca6a6f93867a; measured: 100 lets a port be taken over after 0.2 s',
  advised: ['100'],
  keep: 'As old as the clock step of timestamps of former kernels.',
  judge: ({ number }) =>
    number < 1000
      ? situational(
          'Ports come back sooner for outgoing connections to one destination. It must not be shorter than a tick of the peer’s timestamp clock, or PAWS cannot tell old segments from new ones.',
        )
      : situational('Ports come back later for outgoing connections to one destination.'),
});
