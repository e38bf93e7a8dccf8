import type { ServerProgram } from './server-program.ts';

export const httpd: ServerProgram = {
  id: 'httpd',
  title: 'Apache httpd',
  recognise: { name: /^(httpd|apache2)/ },
  defaultBacklog: { kind: 'fixed', connections: 511, note: 'DEFAULT_LISTENBACKLOG' },
  directive: { name: 'ListenBacklog', syntax: 'ListenBacklog 4096' },
  advice: (n) =>
    `in httpd.conf: ListenBacklog ${n}; then restart httpd (a graceful restart does not listen again)`,
  configuration: [
    { where: 'Debian', path: '/etc/apache2/apache2.conf' },
    { where: 'Red Hat', path: '/etc/httpd/conf/httpd.conf' },
    { where: 'container', path: '/usr/local/apache2/conf/httpd.conf' },
  ],
  commandLine: [
    '-f FILE names the main file; a relative one counts from the server root',
    '-d DIR sets the server root',
    '-c, -C TEXT add directives, -D NAME switches <IfDefine NAME> on',
  ],
  takesEffect: {
    by: 'restart',
    command: 'apachectl stop, then apachectl start',
    because: 'graceful and -k restart keep the open sockets and do not call listen() on them',
  },
  check: { command: 'apachectl -t' },
  measured: [
    {
      version: '2.4.71',
      limit: '511',
      reload: 'apache2 -k graceful, apache2 -k restart',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'a Listen that the reload adds gets the new value; the last of several ListenBacklog counts; it is refused inside <VirtualHost>',
    },
  ],
  sources: ['httpd.apache.org: mpm_common, ListenBacklog'],
};
