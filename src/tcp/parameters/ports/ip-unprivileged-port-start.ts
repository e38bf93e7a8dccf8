import { formatCount } from '../../../base/units.ts';
import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const ipUnprivilegedPortStart = defineParameter({
  name: 'net.ipv4.ip_unprivileged_port_start',
  subject: 'ports',
  since: '4.11',
  unit: 'port',
  meaning: 'The first port a program without CAP_NET_BIND_SERVICE may listen on.',
  default: '1024',
  range: { min: 0, max: 65_535 },
  read: 'at bind()',
  moves: 'who may listen on low ports',
  doesNot: 'It limits no connection.',
  interactions: ['net.ipv4.ip_local_port_range must begin at or above it, or the write is refused'],
  source: 'inet_bind(), ipv4_privileged_ports(); ip-sysctl.rst, ip_unprivileged_port_start',
  advised: ['80', '0'],
  judge: ({ number }, { other }) => {
    const first = other('net.ipv4.ip_local_port_range')?.numbers[0] ?? 32_768;
    if (number > first)
      return harmful(
        `The range of ip_local_port_range begins at ${formatCount(first)}, below it: the kernel refuses this.`,
      );
    return number < 1024
      ? situational(
          'Lets any program listen on low ports, which in a container is often wanted; on a shared host any user can take a service’s place.',
        )
      : situational('More ports need a privilege.');
  },
});
