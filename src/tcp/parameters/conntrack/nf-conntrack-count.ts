import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackCount = defineParameter({
  name: 'net.netfilter.nf_conntrack_count',
  subject: 'conntrack',
  unit: 'entries',
  meaning: 'Connections tracked now, in this namespace.',
  default: null,
  defaultNote: 'what is tracked',
  range: null,
  writable: false,
  read: 'to be read only',
  moves: 'nothing',
  doesNot: 'It is no setting.',
  source: 'nf_conntrack-sysctl.rst',
  judge: () => situational('It can only be read.'),
});
