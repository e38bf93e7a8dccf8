import type { ServerProgram } from './server-program.ts';

export const syslogNg: ServerProgram = {
  id: 'syslog-ng',
  title: 'syslog-ng',
  recognise: { name: /^syslog-ng/ },
  defaultBacklog: { kind: 'fixed', connections: 255 },
  directive: { name: 'listen-backlog()', syntax: 'network(port(514) listen-backlog(4096));' },
  advice: (n) => `in syslog-ng.conf, in the network() source: listen-backlog(${n}); then reload syslog-ng`,
  configuration: [
    { where: 'Debian', path: '/etc/syslog-ng/syslog-ng.conf' },
    { where: 'Red Hat', path: '/etc/syslog-ng/syslog-ng.conf' },
  ],
  commandLine: ['-f FILE, --cfgfile=FILE'],
  takesEffect: {
    by: 'reload',
    command: 'syslog-ng-ctl reload',
    because: 'the source keeps its socket and calls listen() on it again',
  },
  check: { command: 'syslog-ng -s -f FILE' },
  measured: [
    { version: '3.38.1', limit: '255', reload: 'SIGHUP', reloadListens: 'yes', reloadApplies: 'yes' },
  ],
  sources: ['Debian: syslog-ng-core 3.38.1-5+deb12u1'],
};
