import type { ServerProgram } from './server-program.ts';

export const kafka: ServerProgram = {
  id: 'kafka',
  title: 'Kafka',
  recognise: { commandLine: /( |^)kafka\.Kafka( |$)/ },
  defaultBacklog: { kind: 'fixed', connections: 50 },
  directive: {
    name: 'socket.listen.backlog.size',
    syntax: 'socket.listen.backlog.size=4096 (server.properties)',
  },
  advice: (n) => `Kafka: socket.listen.backlog.size=${n} in server.properties; then restart`,
  configuration: [{ where: 'container', path: '/opt/kafka/config/server.properties' }],
  commandLine: ['kafka.Kafka FILE names server.properties', '--override KEY=VALUE wins over the file'],
  takesEffect: { by: 'restart', command: 'restart the broker', because: 'it is no dynamic broker setting' },
  check: { none: 'the broker refuses to start with a wrong value' },
  measured: [],
  sources: ['kafka: SocketServerConfigs.java'],
};
