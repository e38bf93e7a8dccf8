import type { ServerProgram } from './server-program.ts';

export const rsyslog: ServerProgram = {
  id: 'rsyslog',
  title: 'rsyslog (imtcp, imptcp)',
  recognise: { name: /^(rsyslogd|rs:main|in:im(p?)tcp)/ },
  defaultBacklog: {
    kind: 'derived',
    from: 'imtcp: a tenth of maxSessions (200) plus 5; imptcp: 5',
    usual: 25,
  },
  directive: {
    name: 'socketBacklog',
    syntax:
      'input(type="imptcp" port="514" socketBacklog="4096"); imtcp has it since 8.2502, before that only maxSessions',
  },
  advice: (n) =>
    `rsyslog: socketBacklog="${n}" of the imptcp input, or of imtcp (8.2502 and later; before, maxSessions="${10 * n}"); then restart`,
  configuration: [
    { where: 'Debian', path: '/etc/rsyslog.conf' },
    { where: 'Red Hat', path: '/etc/rsyslog.conf' },
  ],
  commandLine: ['-f FILE names the main file'],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart rsyslog',
    because: 'SIGHUP only closes output files; it does not read the configuration',
  },
  check: { command: 'rsyslogd -N1 -f FILE' },
  measured: [
    {
      version: '8.2302.0 imtcp',
      limit: '25; 105 with maxSessions 1,000, 205 with 2,000, 6 with 10',
      reload: 'SIGHUP',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'socketBacklog is refused as an unknown parameter; beside module(load="imtcp") inputs of the old form get 25 whatever is set',
    },
    {
      version: '8.2302.0 imptcp',
      limit: '5',
      reload: 'SIGHUP',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'socketBacklog is known to the input',
    },
  ],
  sources: ['rsyslog.com: imtcp, imptcp', 'Debian: rsyslog 8.2302.0-1+deb12u2'],
};
