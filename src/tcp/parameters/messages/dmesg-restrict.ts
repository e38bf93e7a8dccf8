import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const dmesgRestrict = defineParameter({
  name: 'kernel.dmesg_restrict',
  subject: 'messages',
  meaning: 'Whether reading the kernel log needs a privilege.',
  scope: 'global',
  newNamespace: 'shared',
  default: null,
  defaultNote: 'by the kernel’s build',
  range: null,
  read: 'when the log is opened',
  moves: 'who sees the kernel log',
  doesNot: 'It changes no message.',
  source: 'check_syslog_permissions(); admin-guide/sysctl/kernel.rst',
  advised: ['1'],
  judge: () =>
    unrelated(
      'Hardening: the kernel log needs CAP_SYSLOG. Unrelated to connections, but tools that look for “SYN flooding” need the privilege too.',
    ),
});
