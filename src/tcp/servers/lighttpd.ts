import type { ServerProgram } from './server-program.ts';

export const lighttpd: ServerProgram = {
  id: 'lighttpd',
  title: 'lighttpd',
  recognise: { name: /^lighttpd/ },
  defaultBacklog: { kind: 'fixed', connections: 1024 },
  directive: { name: 'server.listen-backlog', syntax: 'server.listen-backlog = 4096' },
  advice: (n) => `in lighttpd.conf: server.listen-backlog = ${n}; then restart`,
  configuration: [
    { where: 'Debian', path: '/etc/lighttpd/lighttpd.conf' },
    { where: 'Red Hat', path: '/etc/lighttpd/lighttpd.conf' },
  ],
  commandLine: ['-f FILE is the only place it reads'],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart lighttpd',
    because: 'the graceful restart of SIGUSR1 keeps the open sockets as they are',
  },
  check: { command: 'lighttpd -tt -f FILE' },
  measured: [
    {
      version: '1.4.69',
      limit: '1,024',
      reload: 'SIGUSR1',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'also with server.graceful-restart-bg; a $SERVER["socket"] block may have a number of its own, else the global one counts',
    },
  ],
  sources: ['lighttpd: server.listen-backlog'],
};
