import { portSetting } from '../../../lab/link-settings.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import { queuesModel } from '../../../tcp/model/queues.ts';
import { numberOf } from '../../../tcp/setting.ts';

const moreSyns = 300;

/** SYNs from addresses that never answer: all that fits stays half-open. */
export const synQueueCapacity: Scenario = {
  name: 'syn-queue-capacity',
  purpose: 'How many half-open requests a listener holds, and what happens to the rest.',
  settings: [
    { name: 'backlog', meaning: 'of listen()', unit: '', default: 8, min: 0, max: 65_535 },
    { name: 'somaxconn', meaning: 'net.core.somaxconn', unit: '', default: 4096, min: 1, max: 65_535 },
    {
      name: 'tcp_max_syn_backlog',
      meaning: 'asked without cookies only',
      unit: '',
      default: 128,
      min: 1,
      max: 65_535,
    },
    {
      name: 'tcp_syncookies',
      meaning: '0 never, 1 when full, 2 always',
      unit: '',
      default: 1,
      min: 0,
      max: 3,
    },
    portSetting,
  ],
  sysctls: {
    'net.core.somaxconn': 4096,
    'net.ipv4.tcp_syncookies': 1,
    'net.ipv4.tcp_max_syn_backlog': 128,
    'net.ipv4.tcp_synack_retries': 5,
  },
  predict: (values, { kernel }) => queuesModel.predict(values, kernel),
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage, values) => {
    const fits = stage.prediction?.limits?.synQueue ?? 0;
    const count = fits + moreSyns;
    await stage.listen({ backlog: stage.number('backlog'), mode: 'sleep' });
    const { sent } = await stage.forgeSyns({ count }).done;
    const { states, acceptQueues } = stage.sample('server');
    const counters = stage.counters('server');
    stage.checkExact('SYNs sent', count, sent, 'segments');
    stage.checkExact('SYN_RECV', fits, states.SYN_RECV ?? 0, 'requests');
    const cookies = numberOf(values, 'tcp_syncookies');
    const rest = sent - fits;
    stage.checkExact(
      'SyncookiesSent',
      cookies === 0 ? 0 : rest,
      counters('TcpExt.SyncookiesSent'),
      'SYN-ACKs',
    );
    stage.checkExact('ListenDrops', cookies === 0 ? rest : 0, counters('TcpExt.ListenDrops'), 'SYNs');
    stage.checkExact(
      'drops of the listener',
      cookies === 0 ? rest : 0,
      acceptQueues[0]?.drops ?? 'none',
      'SYNs',
    );
    const limit = Math.min(numberOf(values, 'backlog'), numberOf(values, 'somaxconn'));
    const fullByListener = fits === limit + 1;
    stage.checkExact(
      'TCPReqQFullDrop',
      cookies === 0 && fullByListener ? rest : 0,
      counters('TcpExt.TCPReqQFullDrop'),
      'SYNs',
    );
  },
};
