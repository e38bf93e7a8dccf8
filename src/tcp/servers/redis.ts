import type { ServerProgram } from './server-program.ts';

export const redis: ServerProgram = {
  id: 'redis',
  title: 'Redis',
  recognise: { name: /^(redis-server|valkey-server)/ },
  defaultBacklog: { kind: 'fixed', connections: 511 },
  directive: { name: 'tcp-backlog', syntax: 'tcp-backlog 4096' },
  advice: (n) => `in redis.conf: tcp-backlog ${n}; then restart redis`,
  configuration: [
    { where: 'Debian', path: '/etc/redis/redis.conf' },
    { where: 'Red Hat', path: '/etc/redis/redis.conf' },
    { where: 'Red Hat', path: '/etc/redis.conf' },
    { where: 'container', path: '/usr/local/etc/redis/redis.conf' },
  ],
  commandLine: [
    'the first word is the file; without one there is none',
    '--tcp-backlog N wins over the file',
    'all of it is overwritten by a title once it runs: the unit or the pid file tells which file it was',
  ],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart redis-server',
    because: 'it has no reload, and CONFIG SET refuses tcp-backlog',
  },
  check: { none: 'redis-server has no check; it refuses to start and names the line' },
  measured: [
    {
      version: '7.0.15',
      limit: '511',
      reload: 'CONFIG SET tcp-backlog',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'CONFIG SET port or bind listens anew, with the old number; the last of several lines counts',
    },
  ],
  sources: ['Debian: redis-server 7.0.15, /etc/redis/redis.conf'],
};
