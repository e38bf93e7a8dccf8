import type { ServerProgram } from './server-program.ts';

export const puma: ServerProgram = {
  id: 'puma',
  title: 'Puma (and Unicorn)',
  recognise: { name: /^(puma|unicorn)/, commandLine: /^(puma|unicorn)[ :]/ },
  defaultBacklog: { kind: 'fixed', connections: 1024 },
  directive: { name: 'backlog', syntax: "bind 'tcp://0.0.0.0:9292?backlog=4096'" },
  advice: (n) => `Puma: bind 'tcp://0.0.0.0:PORT?backlog=${n}'`,
  configuration: [],
  commandLine: ['-b URL binds', '-C FILE; without it config/puma.rb'],
  takesEffect: {
    by: 'restart',
    command: 'stop Puma, then start it',
    because:
      'sockets are handed over by their URL: a restart by SIGUSR2 with a changed URL finds the address in use and ends',
  },
  check: { none: 'there is none' },
  measured: [
    {
      version: '5.6.5',
      limit: '1,024',
      reload: 'SIGUSR2',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'after the change of ?backlog= it ended with EADDRINUSE',
    },
  ],
  sources: ['puma: lib/puma/binder.rb', 'unicorn: configurator, listen'],
};
