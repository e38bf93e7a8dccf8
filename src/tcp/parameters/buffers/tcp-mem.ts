import { formatBytes, formatCount } from '../../../base/units.ts';
import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpMem = defineParameter({
  name: 'net.ipv4.tcp_mem',
  subject: 'buffers',
  unit: 'pages of 4 KiB',
  meaning:
    'Memory of all TCP sockets of the kernel together: below the first no care, above the second pressure, at most the third.',
  type: 'numbers',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'by memory: some 4.7, 6.2 and 9.4 % of it',
  range: null,
  read: 'whenever a socket takes memory',
  moves: 'memory pressure: buffers shrink, then sockets are refused memory and orphans reset',
  doesNot: 'It counts pages, not bytes. It lengthens no queue.',
  interactions: ['net.ipv4.tcp_rmem, tcp_wmem', 'memory limits of a cgroup count sockets too'],
  source: 'tcp_init_mem(), sk_under_memory_pressure(); ip-sysctl.rst, tcp_mem',
  advised: ['786432 1048576 1572864', '8388608 12582912 16777216'],
  judge: ({ numbers }) => {
    const [low = 0, pressure = 0, most = 0] = numbers;
    if (numbers.length < 3)
      return situational('The kernel wants three numbers of pages; those left out keep their value.');
    if (low > pressure || pressure > most)
      return harmful('The three numbers must rise: as they are the limits cross.');
    const gibibytes = formatCount((most * 4096) / 1024 ** 3, 1);
    if (most < 16_384)
      return harmful(
        `At most ${formatCount(most)} pages, ${formatBytes(most * 4096)}, for all TCP sockets of the host together: connections stall and are reset under load.`,
      );
    return situational(
      `Pages, not bytes: at most ${gibibytes} GiB for all TCP sockets of the host. The kernel’s own choice follows the memory; change it only under “TCP: out of memory”.`,
    );
  },
});
