import type { ServerProgram } from './server-program.ts';

export const sshd: ServerProgram = {
  id: 'sshd',
  title: 'OpenSSH sshd',
  recognise: { name: /^sshd/ },
  defaultBacklog: { kind: 'fixed', connections: 128, note: 'compiled in' },
  advice: () =>
    'sshd has no setting for it (128): MaxStartups decides how many unauthenticated connections it takes; ssh.socket of systemd has Backlog=',
  configuration: [
    { where: 'Debian', path: '/etc/ssh/sshd_config' },
    { where: 'Red Hat', path: '/etc/ssh/sshd_config' },
  ],
  commandLine: ['-f FILE'],
  takesEffect: { by: 'restart', command: 'systemctl restart ssh', because: 'there is nothing to change' },
  check: { command: 'sshd -t' },
  measured: [
    {
      version: '9.2p1',
      limit: '128',
      reload: 'SIGHUP',
      reloadListens: 'yes',
      reloadApplies: 'no',
      note: 'it starts itself anew and listens with 128 again',
    },
  ],
  sources: ['sshd_config(5): it has no setting'],
};
