import type { ServerProgram } from './server-program.ts';

export const fluentd: ServerProgram = {
  id: 'fluentd',
  title: 'fluentd (in_forward)',
  recognise: { name: /^(fluentd|td-agent|ruby)/, commandLine: /(^|[ /])(fluentd|td-agent)( |$)/ },
  defaultBacklog: { kind: 'fixed', connections: 1024, note: "cool.io's, when in_forward sets none" },
  directive: {
    name: 'backlog',
    syntax: 'backlog 4096 (in the <source> of in_forward; left out of the manual)',
  },
  advice: (n) =>
    `fluentd: backlog ${n} in the <source> of in_forward; other Ruby servers: the listen backlog option; then restart`,
  configuration: [
    { where: 'package of the project', path: '/etc/fluent/fluentd.conf' },
    { where: 'package of the project', path: '/etc/td-agent/td-agent.conf' },
    { where: 'container', path: '/fluentd/etc/fluent.conf' },
    { where: 'own build', path: '/etc/fluent/fluent.conf' },
  ],
  commandLine: [
    '-c FILE, --config FILE',
    'FLUENT_CONF in the environment',
    '-i, --inline-config TEXT is added',
  ],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart fluentd',
    because: 'a restart opens its socket anew; no reload was measured',
  },
  check: { command: 'fluentd --dry-run -c FILE' },
  measured: [],
  sources: [
    'fluentd: lib/fluent/plugin/in_forward.rb (backlog)',
    'cool.io: lib/cool.io/server.rb (1024, listens again on adopted sockets)',
  ],
};
