import type { ServerProgram } from './server-program.ts';

export const envoy: ServerProgram = {
  id: 'envoy',
  title: 'Envoy',
  recognise: { name: /^envoy/ },
  defaultBacklog: { kind: 'somaxconn', how: 'on Linux; one socket for each worker (reuse_port)' },
  directive: { name: 'tcp_backlog_size', syntax: 'tcp_backlog_size: 4096 (listener)' },
  advice: (n) =>
    `Envoy: tcp_backlog_size: ${n} of the listener, if it is set; else somaxconn of its namespace; then restart`,
  configuration: [{ where: 'container', path: '/etc/envoy/envoy.yaml' }],
  commandLine: ['-c FILE, --config-path FILE', '--config-yaml TEXT is merged into it'],
  takesEffect: {
    by: 'restart',
    command: 'restart Envoy',
    because: 'no change of a running listener was measured',
  },
  check: { command: 'envoy --mode validate -c FILE' },
  measured: [],
  sources: ['envoy: api/envoy/config/listener/v3/listener.proto'],
};
