import type { ServerProgram } from './server-program.ts';

export const rabbitmq: ServerProgram = {
  id: 'rabbitmq',
  title: 'RabbitMQ',
  recognise: { commandLine: /beam\.smp .*rabbit/ },
  defaultBacklog: { kind: 'fixed', connections: 128 },
  directive: {
    name: 'tcp_listen_options.backlog',
    syntax: 'tcp_listen_options.backlog = 4096 (rabbitmq.conf)',
  },
  advice: (n) => `in rabbitmq.conf: tcp_listen_options.backlog = ${n}; then restart`,
  configuration: [
    { where: 'Debian', path: '/etc/rabbitmq/rabbitmq.conf' },
    { where: 'Red Hat', path: '/etc/rabbitmq/rabbitmq.conf' },
    { where: 'container', path: '/etc/rabbitmq/rabbitmq.conf' },
  ],
  commandLine: ['RABBITMQ_CONFIG_FILE in the environment'],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart rabbitmq-server',
    because: 'listeners are opened at the start',
  },
  check: { none: 'it refuses to start with a wrong value' },
  measured: [
    {
      version: '3.10.8',
      limit: '128',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '900 with tcp_listen_options.backlog = 900; the port for other nodes stays at 128',
    },
  ],
  sources: ['rabbitmq-server: deps/rabbit/Makefile'],
};
