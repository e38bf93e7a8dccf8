import type { ServerProgram } from './server-program.ts';

export const varnish: ServerProgram = {
  id: 'varnish',
  title: 'Varnish',
  recognise: { name: /^(varnishd|cache-main)/ },
  defaultBacklog: { kind: 'fixed', connections: 1024 },
  directive: { name: 'listen_depth', syntax: 'varnishd -p listen_depth=4096' },
  advice: (n) => `varnishd -p listen_depth=${n}`,
  configuration: [
    { where: 'Debian', path: '/lib/systemd/system/varnish.service' },
    { where: 'Red Hat', path: '/usr/lib/systemd/system/varnish.service' },
  ],
  commandLine: ['-p listen_depth=N is the only lasting place'],
  takesEffect: {
    by: 'replacement',
    command: 'varnishadm param.set listen_depth N, then varnishadm stop and varnishadm start',
    because: 'a new child process calls listen(); the cache is lost with the old one',
  },
  check: { none: 'varnishd -C checks VCL, not parameters' },
  measured: [
    {
      version: '7.1.1',
      limit: '1,024',
      reload: 'varnishadm param.set',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '3,000 once the child had been stopped and started',
    },
  ],
  sources: ['varnishadm param.show listen_depth'],
};
