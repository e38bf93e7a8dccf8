import { defineParameter } from '../define-parameter.ts';
import { harmful, unrelated } from '../verdict.ts';

export const optmemMax = defineParameter({
  name: 'net.core.optmem_max',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'Memory for options and control messages of a socket.',
  default: null,
  defaultNote: '131072 measured on 6.18, 20480 on older kernels',
  range: { min: 0, max: 2_147_483_647 },
  read: 'at setsockopt() and sendmsg()',
  moves: 'control messages, socket filters, zero-copy notifications',
  doesNot: 'It is no buffer for data and no queue.',
  source: 'sock_kmalloc(); admin-guide/sysctl/net.rst',
  advised: ['25165824'],
  judge: ({ number }) =>
    number < 20_480
      ? harmful('Programs with socket filters or control messages fail with ENOBUFS or ENOMEM.')
      : unrelated(
          'Memory for options and control messages of a socket: it carries no data and delays no connection.',
        ),
});
