import type { Subject } from '../../tcp/parameters/parameter.ts';

export const subjectTitle: Readonly<Record<Subject, string>> = {
  queues: 'Queues of a listener',
  opening: 'Opening a connection',
  keepalive: 'Keepalive',
  retransmission: 'Retransmission',
  closing: 'Closing',
  'time-wait': 'TIME_WAIT',
  ports: 'Ports',
  buffers: 'Buffers and memory',
  congestion: 'Sending',
  packets: 'Packets before TCP',
  conntrack: 'Connection tracking',
  routing: 'Routing, ARP and ICMP',
  messages: 'Kernel messages',
  'fast-open': 'Fast Open',
  'no-effect': 'Without effect',
  gone: 'Gone from the kernel',
  unrelated: 'Unrelated to connections',
};
