/** Settings of connection tracking that are not about TCP. One table: all there is to say is what they are about. */
import { defineParameter } from '../define-parameter.ts';
import type { Parameter } from '../parameter.ts';
import { unrelated } from '../verdict.ts';

type Row = readonly [name: string, unit: string, usual: string, meaning: string];

const rows: readonly Row[] = [
  ['udp_timeout', 's', '30', 'How long a UDP flow without an answer stays tracked.'],
  ['udp_timeout_stream', 's', '120', 'How long a UDP flow with answers stays tracked.'],
  ['icmp_timeout', 's', '30', 'How long a ping stays tracked.'],
  ['generic_timeout', 's', '600', 'How long flows of protocols it has no tracker for stay tracked.'],
  ['acct', '', '0', 'Whether packets and bytes of each entry are counted.'],
  ['timestamp', '', '0', 'Whether entries carry the times of their begin and end.'],
  ['events', '', '2', 'Whether programs are told of entries that come and go.'],
  ['log_invalid', '', '0', 'Of which protocol invalid packets are logged: 6 TCP, 255 all.'],
  ['checksum', '', '1', 'Whether packets with wrong checksums count as invalid.'],
];

const because: Readonly<Record<string, string>> = {
  log_invalid:
    'It drops nothing and shows what counts as invalid: useful while looking for packets a firewall drops, otherwise it fills the log.',
  checksum:
    'With 0 packets with wrong checksums are tracked, too; the socket tests them anyway. It saves little time.',
};

export const otherConntrack: readonly Parameter[] = Object.freeze(
  rows.map(([name, unit, usual, meaning]) =>
    defineParameter({
      name: `net.netfilter.nf_conntrack_${name}`,
      subject: 'conntrack',
      unit,
      meaning,
      default: usual,
      range: null,
      read: 'at packets that are tracked',
      moves: 'entries of the connection tracking table',
      doesNot: 'It does nothing for TCP connections, but that all entries count towards nf_conntrack_max.',
      source: `nf_conntrack-sysctl.rst, nf_conntrack_${name}`,
      judge: () =>
        unrelated(
          because[name] ??
            `${meaning.replace(/\.$/, '')}: unrelated to TCP; all entries count towards nf_conntrack_max.`,
        ),
    }),
  ),
);
