import type { ServerProgram } from './server-program.ts';

export const nginx: ServerProgram = {
  id: 'nginx',
  title: 'nginx',
  recognise: { name: /^(nginx|openresty)/, commandLine: /^nginx: (master|worker) process/ },
  defaultBacklog: { kind: 'fixed', connections: 511 },
  directive: { name: 'listen ... backlog=', syntax: 'listen 443 ssl backlog=4096;' },
  advice: (n) =>
    `in nginx.conf: listen ... backlog=${n}; then reload nginx (it calls listen() again with the new value)`,
  configuration: [
    { where: 'Debian', path: '/etc/nginx/nginx.conf' },
    { where: 'Red Hat', path: '/etc/nginx/nginx.conf' },
    { where: 'container', path: '/etc/nginx/nginx.conf' },
    { where: 'own build', path: '/usr/local/nginx/conf/nginx.conf' },
    { where: 'own build', path: '/usr/local/openresty/nginx/conf/nginx.conf' },
  ],
  commandLine: [
    '-c FILE names the main file; a relative one counts from the prefix',
    '-p DIR sets the prefix',
    '-g TEXT adds directives outside http {}, where listen cannot stand',
  ],
  takesEffect: {
    by: 'reload',
    command: 'nginx -s reload',
    because: 'the master keeps the socket and calls listen() on it again when the backlog has changed',
  },
  check: { command: 'nginx -t' },
  measured: [
    {
      version: '1.22.1',
      limit: '511',
      reload: 'nginx -s reload',
      reloadListens: 'yes',
      reloadApplies: 'yes',
      note: 'raised, lowered and taken away, with reuseport too; of the lines that share an address only one may set socket options, and a line of its own beside a wildcard on the same port cannot be bound',
    },
  ],
  sources: ['nginx.org: ngx_http_core_module, listen'],
};
