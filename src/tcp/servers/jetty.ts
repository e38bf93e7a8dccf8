import type { ServerProgram } from './server-program.ts';

export const jetty: ServerProgram = {
  id: 'jetty',
  title: 'Jetty',
  recognise: { commandLine: /org\.eclipse\.jetty\.|jetty\.(home|base)=|[ /]start\.jar( |$)/ },
  defaultBacklog: { kind: 'fixed', connections: 50, note: 'acceptQueueSize 0 leaves the choice to Java' },
  directive: {
    name: 'jetty.http.acceptQueueSize',
    syntax: 'jetty.http.acceptQueueSize=4096 (start.d/http.ini)',
  },
  advice: (n) => `Jetty: jetty.http.acceptQueueSize=${n} in start.d/http.ini; then restart`,
  configuration: [
    { where: 'Debian', path: '/etc/jetty9/start.d/http.ini' },
    { where: 'container', path: '/var/lib/jetty/start.d/http.ini' },
  ],
  commandLine: ['jetty.base=DIR: its start.d/', 'jetty.http.acceptQueueSize=N sets it there'],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart jetty9',
    because: 'the connector binds when Jetty starts',
  },
  check: { none: 'start.jar --list-config shows what it would use' },
  measured: [],
  sources: ['Debian: jetty9 9.4.57, modules/http.mod', 'eclipse.org: jetty-users, AcceptQueueSize'],
};
