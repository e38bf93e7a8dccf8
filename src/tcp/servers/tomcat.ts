import type { ServerProgram } from './server-program.ts';

export const tomcat: ServerProgram = {
  id: 'tomcat',
  title: 'Tomcat',
  recognise: { commandLine: /org\.apache\.catalina\.startup\.Bootstrap/ },
  defaultBacklog: { kind: 'fixed', connections: 100 },
  directive: { name: 'acceptCount', syntax: '<Connector port="8080" acceptCount="4096" />' },
  advice: (n) => `Tomcat: acceptCount="${n}" of the Connector in server.xml; then restart`,
  configuration: [
    { where: 'Debian', path: '/etc/tomcat10/server.xml' },
    { where: 'container', path: '/usr/local/tomcat/conf/server.xml' },
  ],
  commandLine: ['-Dcatalina.base=DIR: its conf/server.xml'],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart tomcat10',
    because: 'the connector binds when Tomcat starts',
  },
  check: { command: 'catalina.sh configtest' },
  measured: [
    {
      version: '10.1.60',
      limit: '100',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '77 with acceptCount="77"',
    },
  ],
  sources: ['Debian: tomcat10-docs 10.1.60, The HTTP Connector, acceptCount'],
};
