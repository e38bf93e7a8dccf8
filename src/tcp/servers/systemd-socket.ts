import type { ServerProgram } from './server-program.ts';

export const systemdSocket: ServerProgram = {
  id: 'systemd',
  title: 'systemd socket units',
  recognise: { name: /^systemd/ },
  defaultBacklog: {
    kind: 'somaxconn',
    how: 'Backlog= is 4294967295 unless set',
  },
  directive: { name: 'Backlog=', syntax: '[Socket] Backlog=4096' },
  advice: (n) => `in the .socket unit: Backlog=${n}; then restart the unit`,
  configuration: [
    {
      where: 'Debian',
      path: '/etc/systemd/system/NAME.socket, NAME.socket.d/*.conf; shipped units in /lib/systemd/system',
    },
    {
      where: 'Red Hat',
      path: '/etc/systemd/system/NAME.socket, NAME.socket.d/*.conf; shipped units in /usr/lib/systemd/system',
    },
  ],
  commandLine: [],
  takesEffect: {
    by: 'restart',
    command: 'systemctl daemon-reload, stop NAME.service, restart NAME.socket',
    because:
      'systemd calls listen() when the socket unit starts, and does not start one while its service runs',
  },
  check: { command: 'systemd-analyze verify NAME.socket' },
  measured: [],
  sources: ['systemd.socket(5)', 'systemd.unit(5)'],
};
