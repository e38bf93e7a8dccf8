import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const wmemMax = defineParameter({
  name: 'net.core.wmem_max',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'The most a program may ask for with SO_SNDBUF.',
  scope: 'view',
  newNamespace: 'shared',
  default: null,
  defaultNote: '4194304 measured on 6.18, 212992 on older kernels',
  range: null,
  read: 'at setsockopt(SO_SNDBUF)',
  moves: 'send buffers that programs set themselves',
  doesNot: 'It does not limit TCP’s own tuning: that follows tcp_wmem. It concerns no queue of connections.',
  interactions: ['net.ipv4.tcp_wmem', 'SO_SNDBUF turns tuning off for the socket'],
  source: 'sock_setsockopt(); admin-guide/sysctl/net.rst; visible read-only in other namespaces since 6.11',
  advised: ['16777216', '134217728'],
  judge: ({ number }) =>
    number < 212_992
      ? harmful('Programs that ask for a send buffer get less than the kernel’s own default allows.')
      : situational(
          'It only lets programs ask for more with SO_SNDBUF. TCP tunes its buffers by tcp_wmem and does not look at it.',
        ),
});
