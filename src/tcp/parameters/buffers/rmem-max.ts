import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const rmemMax = defineParameter({
  name: 'net.core.rmem_max',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'The most a program may ask for with SO_RCVBUF.',
  scope: 'view',
  newNamespace: 'shared',
  default: null,
  defaultNote: '4194304 measured on 6.18, 212992 on older kernels',
  range: null,
  read: 'at setsockopt(SO_RCVBUF); and at a SYN for the window scale',
  moves: 'receive buffers that programs set themselves (mostly UDP)',
  doesNot: 'It does not limit TCP’s own tuning: that follows tcp_rmem. It concerns no queue of connections.',
  interactions: [
    'net.ipv4.tcp_rmem',
    'SO_RCVBUF turns tuning off for the socket; SO_RCVBUFFORCE passes over the limit',
  ],
  source:
    'sock_setsockopt(), tcp_select_initial_window(); admin-guide/sysctl/net.rst; visible read-only in other namespaces since 6.11',
  advised: ['16777216', '134217728'],
  judge: ({ number }) =>
    number < 212_992
      ? harmful('Programs that ask for a receive buffer get less than the kernel’s own default allows.')
      : situational(
          'It only lets programs ask for more with SO_RCVBUF (DNS, syslog and QUIC over UDP). TCP tunes its buffers by tcp_rmem; it looks at this only for the window scale it offers.',
        ),
});
