import type { ServerProgram } from './server-program.ts';

export const gunicorn: ServerProgram = {
  id: 'gunicorn',
  title: 'gunicorn',
  recognise: { name: /^gunicorn/, commandLine: /[ /]gunicorn( |$)/ },
  defaultBacklog: { kind: 'fixed', connections: 2048 },
  directive: { name: 'backlog', syntax: '--backlog 4096, or backlog = 4096 in gunicorn.conf.py' },
  advice: (n) => `gunicorn --backlog ${n}`,
  configuration: [],
  commandLine: [
    '--backlog N wins over files',
    '-c FILE; without it gunicorn.conf.py in the working directory',
    'GUNICORN_CMD_ARGS in the environment',
  ],
  takesEffect: {
    by: 'reload',
    command: 'kill -USR2 MASTER, then kill -TERM the old master',
    because: 'SIGHUP keeps the sockets as they are; the new master of SIGUSR2 calls listen() on them',
  },
  check: { command: 'gunicorn --check-config APP' },
  measured: [
    { version: '20.1.0', limit: '2,048', reload: 'SIGHUP', reloadListens: 'no', reloadApplies: 'no' },
    { version: '20.1.0', limit: '2,048', reload: 'SIGUSR2', reloadListens: 'yes', reloadApplies: 'yes' },
  ],
  sources: ['docs.gunicorn.org: settings, backlog'],
};
