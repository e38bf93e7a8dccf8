import { formatCount } from '../../../base/units.ts';
import { kernelLine } from '../../model/kernel-version.ts';
import { sysctlDefault } from '../../model/sysctl-default.ts';
import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

/** Usual ports of services, as examples: MySQL, PostgreSQL, Redis, HTTP, Elasticsearch, memcached, fluentd, MongoDB. */
const servicePorts = [3306, 5432, 6379, 8080, 9200, 11_211, 24_224, 27_017] as const;

export const ipLocalPortRange = defineParameter({
  name: 'net.ipv4.ip_local_port_range',
  subject: 'ports',
  meaning: 'From which ports connect() and bind(0) choose: first and last.',
  unit: 'port',
  type: 'numbers',
  default: (kernel) => sysctlDefault('net.ipv4.ip_local_port_range', kernelLine(kernel)) ?? null,
  range: { min: 1, max: 65_535 },
  read: 'at each connect() or bind() without a port',
  moves: 'outgoing connections at one time to one destination address and port: as many as there are ports',
  doesNot: 'It does not limit incoming connections, nor outgoing ones to different destinations together.',
  interactions: [
    'net.ipv4.ip_local_reserved_ports keeps ports out of it',
    'net.ipv4.ip_unprivileged_port_start must lie below',
    'net.ipv4.tcp_tw_reuse, and IP_BIND_ADDRESS_NO_PORT for programs that bind first',
  ],
  source: 'inet_hash_connect(), ipv4_local_port_range(); ip-sysctl.rst, ip_local_port_range',
  advised: ['10000 65535', '1024 65535', '15000 65000'],
  keep: '28,232 ports for each destination.',
  judge: ({ numbers }, { other }) => {
    const [first = 0, last = 0] = numbers;
    if (numbers.length < 2)
      return harmful('The kernel wants two numbers, the first and the last port, and refuses this.');
    if (first > last) return harmful('The first port lies above the last: the kernel refuses this.');
    const lowest = other('net.ipv4.ip_unprivileged_port_start')?.number ?? 1024;
    if (first < lowest)
      return harmful(
        `The first port lies below ip_unprivileged_port_start (${lowest}): the kernel refuses this.`,
      );
    const count = last - first + 1;
    const parity =
      first % 2 === last % 2
        ? ' Both ends have the same parity; one even and one odd is better for the way the kernel searches.'
        : '';
    if (count < 4096)
      return harmful(
        `Only ${formatCount(count)} ports: that many outgoing connections to one destination, TIME_WAIT included, then EADDRNOTAVAIL.`,
      );
    const text = `${formatCount(count)} ports for outgoing connections to one destination.`;
    if (first >= 32_768) return situational(`${text}${parity}`);
    const reserved = other('net.ipv4.ip_local_reserved_ports')?.text;
    const inside = servicePorts.filter((port) => port >= first && port <= last).slice(0, 4);
    const examples = inside.length === 0 ? '' : ` (${inside.join(', ')} ...)`;
    const listening = reserved
      ? 'Ports of services inside the range must be among ip_local_reserved_ports, which this configuration sets.'
      : `Services that listen inside the range${examples} can find their port taken by an outgoing connection when they start: list them in ip_local_reserved_ports.`;
    return situational(
      `${text} ${listening} Clients and proxies only; it does nothing for a server that accepts.${parity}`,
    );
  },
});
