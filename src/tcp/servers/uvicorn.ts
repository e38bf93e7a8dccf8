import type { ServerProgram } from './server-program.ts';

export const uvicorn: ServerProgram = {
  id: 'uvicorn',
  title: 'uvicorn',
  recognise: { name: /^uvicorn/, commandLine: /([ /]|-m )uvicorn( |$)/ },
  defaultBacklog: { kind: 'fixed', connections: 2048 },
  directive: { name: '--backlog', syntax: 'uvicorn --backlog 4096' },
  advice: (n) => `uvicorn --backlog ${n}`,
  configuration: [],
  commandLine: ['--backlog N is the only place'],
  takesEffect: { by: 'restart', command: 'restart the program', because: 'it has no reload of its settings' },
  check: { none: 'a wrong option ends it at once' },
  measured: [
    {
      version: '0.17.6',
      limit: '2,048',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '99 with --backlog 99',
    },
  ],
  sources: ['uvicorn.org: settings'],
};
