import type { ServerProgram } from './server-program.ts';

export const haproxy: ServerProgram = {
  id: 'haproxy',
  title: 'HAProxy',
  recognise: { name: /^haproxy/ },
  defaultBacklog: {
    kind: 'derived',
    from: 'maxconn of the bind line, else of its frontend or listen section, else of defaults, else of global, which is computed from the limit of descriptors; a log-forward section 10',
    usual: 4000,
  },
  directive: { name: 'backlog', syntax: 'backlog 4096 (defaults, frontend, listen; or a parameter of bind)' },
  advice: (n) =>
    `in haproxy.cfg, frontend: backlog ${n}; then restart haproxy (a reload hands the old IPv4 sockets over as they are)`,
  configuration: [
    { where: 'Debian', path: '/etc/haproxy/haproxy.cfg' },
    { where: 'Red Hat', path: '/etc/haproxy/haproxy.cfg' },
    { where: 'container', path: '/usr/local/etc/haproxy/haproxy.cfg' },
  ],
  commandLine: [
    '-f FILE or DIR, repeated, in this order; a directory stands for its *.cfg, sorted',
    '-- FILE... names further files',
    '-C DIR is changed to before files are read',
  ],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart haproxy',
    because:
      'a reload hands listening sockets to the new worker, which does not call listen() on one that listens already',
  },
  check: { command: 'haproxy -c -f FILE' },
  measured: [
    {
      version: '2.6.12, master-worker (-W, -Ws)',
      limit: 'maxconn: 9,984 with 20,000 descriptors, 4,035 with 8,100',
      reload: 'SIGUSR2 to the master',
      reloadListens: 'IPv6 only',
      reloadApplies: 'IPv6 only',
      note: 'the order is bind, frontend, defaults; 0 counts as not set; the last of several in a section counts; log-forward has 10 and inherits nothing',
    },
    {
      version: '2.6.12, -D -sf without -x',
      limit: 'maxconn',
      reload: 'a second haproxy -D -sf PID',
      reloadListens: 'yes',
      reloadApplies: 'yes',
      note: 'new sockets beside the old ones (SO_REUSEPORT); with -x the old ones are handed over and keep their limit',
    },
  ],
  sources: ['docs.haproxy.org: configuration manual, backlog and bind'],
};
