import { defineParameter } from '../define-parameter.ts';
import { good, harmful } from '../verdict.ts';

export const ipLocalReservedPorts = defineParameter({
  name: 'net.ipv4.ip_local_reserved_ports',
  subject: 'ports',
  meaning: 'Ports that connect() and bind(0) leave alone, as a list of ranges.',
  type: 'text',
  default: '',
  range: null,
  read: 'at each connect() or bind() without a port',
  moves: 'ports of ip_local_port_range that are left for services',
  doesNot: 'It keeps nobody from binding such a port by name.',
  interactions: ['net.ipv4.ip_local_port_range'],
  source: 'inet_is_local_reserved_port(); ip-sysctl.rst, ip_local_reserved_ports',
  advised: ['8080,9000-9100'],
  judge: ({ text }) =>
    /^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)
      ? good('Keeps these ports free for the services that listen on them.')
      : harmful(
          'The kernel wants numbers and ranges, separated by commas without blanks (8080,9000-9100), and refuses anything else.',
        ),
});
