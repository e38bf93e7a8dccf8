import { formatCount } from '../../../base/units.ts';
import { kernelRelease } from '../../model/kernel-version.ts';
import { sysctlDefault } from '../../model/sysctl-default.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const somaxconn = defineParameter({
  ...fromSetting('somaxconn'),
  subject: 'queues',
  meaning:
    'The most connections a listener’s accept queue may be asked to hold: listen(backlog) is cut to it silently.',
  unit: 'connections',
  read: 'at listen(): a running program keeps its old limit until it listens again (restart, or reload where that calls listen())',
  moves:
    'accept queue and SYN queue of each listener: both are limited by min(backlog, somaxconn), one more fits',
  doesNot: 'It does not lengthen the queue of a program that asks for less, and makes nobody accept faster.',
  interactions: [
    'the program’s own backlog decides below it: halfopen listeners shows which of the two set a limit',
    'net.ipv4.tcp_max_syn_backlog only with net.ipv4.tcp_syncookies=0',
  ],
  source: '__sys_listen_socket(), sk_acceptq_is_full(); ip-sysctl.rst, somaxconn',
  advised: ['65535', '1024', '128'],
  keep: 'It is a cap; most programs ask for less.',
  judge: ({ number }, { kernel }) => {
    const usual = Number(sysctlDefault('net.core.somaxconn', kernelRelease(kernel)));
    if (number === 0)
      return harmful(
        'Every listener is cut to a backlog of 0: one waiting connection fits, the next is dropped.',
      );
    if (number < usual)
      return harmful(
        `It is below this kernel’s default of ${formatCount(usual)} and cuts every backlog to ${formatCount(number)}: what a burst brings beyond that is dropped.`,
      );
    return situational(
      `It only lifts a cap: the application’s own backlog decides, and it must listen again (restart) before anything changes.${number > 65_535 ? ' Beyond some thousand a longer queue only makes clients wait longer.' : ''}`,
    );
  },
});
