import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const bindv6only = defineParameter({
  name: 'net.ipv6.bindv6only',
  subject: 'ports',
  meaning:
    'Whether a listener on [::] takes IPv6 connections alone, where the program does not say (IPV6_V6ONLY).',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'when a socket is made: a running program keeps what it had',
  moves: 'whether one listener on [::] serves IPv4, too',
  doesNot: 'It changes no queue.',
  interactions: ['IPV6_V6ONLY of the socket takes its place (nginx, Go and others set it)'],
  source: 'inet6_create(); ipv6(7); ip-sysctl.rst, bindv6only',
  advised: ['1'],
  keep: 'A listener on [::] serves both families.',
  judge: () =>
    situational(
      'Programs that listen on [::] alone and do not set IPV6_V6ONLY refuse IPv4 from their next start on.',
    ),
});
