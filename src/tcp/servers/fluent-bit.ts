import type { ServerProgram } from './server-program.ts';

export const fluentBit: ServerProgram = {
  id: 'fluent-bit',
  title: 'Fluent Bit',
  recognise: { name: /^(fluent-bit|flb-)/ },
  defaultBacklog: { kind: 'fixed', connections: 128, note: 'old releases know no other' },
  directive: { name: 'net.backlog', syntax: 'net.backlog 4096 (in the [INPUT])' },
  advice: (n) => `Fluent Bit: net.backlog ${n} in the [INPUT], where its release has it; then restart`,
  configuration: [
    { where: 'package of the project', path: '/etc/fluent-bit/fluent-bit.conf' },
    { where: 'container', path: '/fluent-bit/etc/fluent-bit.conf' },
  ],
  commandLine: ['-c FILE, --config=FILE', '-i INPUT -p KEY=VALUE add inputs and settings'],
  takesEffect: { by: 'restart', command: 'systemctl restart fluent-bit', because: 'no reload was measured' },
  check: { command: 'fluent-bit --dry-run -c FILE' },
  measured: [],
  sources: ['fluent-bit: include/fluent-bit/flb_network.h, src/flb_downstream.c'],
};
