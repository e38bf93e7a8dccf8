import { timeText } from '../../model/moment-text.ts';
import { synTimeline } from '../../model/syn-timeline.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting, inForce } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpSynLinearTimeouts = defineParameter({
  ...fromSetting('tcp_syn_linear_timeouts'),
  subject: 'opening',
  unit: 'timeouts',
  meaning: 'How many timeouts of a SYN stay at one second before they double.',
  read: 'at each timeout of a SYN',
  moves: 'times of the SYNs of a connect()',
  doesNot: 'It does not touch SYN-ACKs. It adds SYNs to those of tcp_syn_retries rather than replacing them.',
  interactions: [
    'net.ipv4.tcp_syn_retries',
    'a full accept queue counts each SYN: ListenOverflows rises faster than before 6.5',
  ],
  source: 'tcp_retransmit_timer(), tcp_write_timeout(), commit ccce324dabfe; ip-sysctl.rst',
  advised: ['0'],
  keep: 'A lost SYN costs one second instead of two, four, eight.',
  judge: ({ number }, context) => {
    const retries = inForce('tcp_syn_retries', context) ?? 0;
    const { kernel } = context;
    const endMs = synTimeline({ synRetries: retries, linearTimeouts: number, kernel }).end.atMs;
    return situational(
      `With tcp_syn_retries=${retries} connect() gives up after ${timeText(endMs)}. ${number === 0 ? 'Timeouts double from the first on, as before 6.5: a path that loses SYNs opens connections later.' : 'More one-second steps help where single SYNs get lost, and load a server that cannot accept.'}`,
    );
  },
});
