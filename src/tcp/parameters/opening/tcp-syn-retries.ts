import { timeText } from '../../model/moment-text.ts';
import { synTimeline } from '../../model/syn-timeline.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting, inForce } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpSynRetries = defineParameter({
  ...fromSetting('tcp_syn_retries'),
  subject: 'opening',
  unit: 'resends',
  meaning: 'How often connect() sends its SYN again before it gives up.',
  read: 'at each timeout of a SYN: running attempts follow it',
  moves: 'how long connect() waits for an answer',
  doesNot:
    'It changes outgoing connections only, nothing on the server side, and does not shorten the first second.',
  interactions: [
    'net.ipv4.tcp_syn_linear_timeouts adds to it (6.5)',
    'TCP_SYNCNT of the socket takes its place, TCP_USER_TIMEOUT and the application’s own timeout end earlier',
  ],
  source: 'tcp_write_timeout(), tcp_retransmit_timer(); RFC 9293 section 3.8.3; halfopen predict connect',
  advised: ['3', '2', '1'],
  keep: 'It bridges an outage of about two minutes.',
  judge: ({ number }, context) => {
    const linearTimeouts = inForce('tcp_syn_linear_timeouts', context) ?? 0;
    const { kernel } = context;
    const endMs = synTimeline({ synRetries: number, linearTimeouts, kernel }).end.atMs;
    const gives = `Outgoing connections only: connect() gives up after ${timeText(endMs)} without an answer.`;
    return number > 6
      ? situational(`${gives} An application that waits so long had better have its own timeout.`)
      : situational(
          `${gives} Good where the application should try another address soon; a server’s queues are not touched.`,
        );
  },
});
