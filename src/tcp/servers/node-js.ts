import type { ServerProgram } from './server-program.ts';

export const nodeJs: ServerProgram = {
  id: 'node',
  title: 'Node.js',
  recognise: { name: /^(node|MainThread)/ },
  defaultBacklog: { kind: 'fixed', connections: 511 },
  directive: { name: 'backlog', syntax: 'server.listen({ port: 8080, backlog: 4096 })' },
  advice: (n) => `Node.js: server.listen({ port, backlog: ${n} })`,
  configuration: [],
  commandLine: [],
  takesEffect: {
    by: 'restart',
    command: 'restart the program',
    because: 'the number is an argument in its source',
  },
  check: { none: 'the setting is code' },
  measured: [
    {
      version: '20.20',
      limit: '511',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '70 where 70 was asked for, in a cluster too, whose primary process listens',
    },
  ],
  sources: ['nodejs.org: net, server.listen()', 'measured with 20.20: 511, and 70 where 70 was asked for'],
};
