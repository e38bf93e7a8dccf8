import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const vsConnReuseMode = defineParameter({
  name: 'net.ipv4.vs.conn_reuse_mode',
  subject: 'conntrack',
  meaning:
    'What IPVS does with a SYN from a port whose last connection it still remembers: 0 the old server, 1 choose anew.',
  default: null,
  defaultNote: '1, where ip_vs is loaded',
  range: null,
  read: 'at a SYN of a connection that is still remembered',
  moves: 'which server a client that reuses its port quickly reaches',
  doesNot: 'Without IPVS it does not exist.',
  interactions: ['net.ipv4.vs.conntrack, net.ipv4.vs.expire_nodest_conn'],
  source: 'ip_vs_in_hook(), commit f0a5e4d7a594 (5.9); ipvs-sysctl.rst, conn_reuse_mode',
  advised: ['0', '1'],
  judge: ({ number }) =>
    number === 0
      ? situational(
          'A client that reuses a port gets its former server, also one that is being taken out. A stopgap for kernels before 5.9, where 1 with vs.conntrack=1 dropped the first SYN: a second’s delay.',
        )
      : situational(
          'A client that reuses a port may get another server. With vs.conntrack=1 kernels before 5.9 dropped its first SYN: a second’s delay.',
        ),
});
