import type { Remedy } from '../../tcp/finding.ts';
import { type CommandPlace, namespaceCommand } from '../namespace-command.ts';

export function lostRepliesRemedies(place: CommandPlace, client: string): readonly Remedy[] {
  return [
    {
      kind: 'process',
      summary: 'look on both ends which of the three packets is missing',
      command: namespaceCommand(
        place,
        `tcpdump -ni any host ${client} and 'tcp[tcpflags] & (tcp-syn|tcp-ack) != 0'`,
      ),
      effect: 'a SYN-ACK that the client never sees, or an ACK that never comes back, names the direction',
      risk: 'none: reading only',
    },
    {
      kind: 'none',
      idle: ['net.ipv4.tcp_syncookies', 'backlog'],
      summary: 'SYN cookies and a larger backlog change nothing here: the queue is not the problem',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
