import type { ServerProgram } from './server-program.ts';

export const memcached: ServerProgram = {
  id: 'memcached',
  title: 'memcached',
  recognise: { name: /^memcached/ },
  defaultBacklog: { kind: 'fixed', connections: 1024 },
  directive: { name: '-b', syntax: 'memcached -b 4096 (--listen-backlog=4096)' },
  advice: (n) => `memcached -b ${n}`,
  configuration: [
    { where: 'Debian', path: '/etc/memcached.conf' },
    { where: 'Red Hat', path: '/etc/sysconfig/memcached' },
  ],
  commandLine: ['-b N, --listen-backlog=N; the files only hold options for the start script'],
  takesEffect: { by: 'restart', command: 'systemctl restart memcached', because: 'it has no reload' },
  check: { none: 'a wrong option ends it at once' },
  measured: [
    {
      version: '1.6.18',
      limit: '1,024',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '3,000 with -b 3000',
    },
  ],
  sources: ['memcached -h'],
};
