import { portSetting } from '../../../lab/link-settings.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import type { Stage } from '../../../lab/stage/stage.ts';
import { queuesModel } from '../../../tcp/model/queues.ts';

const more = 6;

/** A listener that accepts nothing, and more clients than fit. */
export const acceptQueueCapacity: Scenario = {
  name: 'accept-queue-capacity',
  purpose: 'How many connections an accept queue holds, and what those behind it count as.',
  settings: [
    {
      name: 'backlog',
      meaning: 'of listen(); -1 is the largest number',
      unit: '',
      default: 8,
      min: -1,
      max: 65_535,
    },
    { name: 'somaxconn', meaning: 'net.core.somaxconn', unit: '', default: 4096, min: 1, max: 65_535 },
    portSetting,
  ],
  sysctls: {
    'net.core.somaxconn': 4096,
    'net.ipv4.tcp_syncookies': 1,
    'net.ipv4.tcp_max_syn_backlog': 128,
    'net.ipv4.tcp_syn_linear_timeouts': 4,
  },
  predict: (values, { kernel }) => queuesModel.predict(values, kernel),
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage) => {
    const fits = stage.prediction?.limits?.acceptQueue ?? 0;
    await stage.listen({ backlog: stage.number('backlog'), mode: 'sleep' });
    stage.clients({ count: fits, close: 'never', maxMs: 20_000 });
    const queue = () => stage.sample('server').acceptQueues[0];
    // One after the other in time: a burst would meet the SYN queue's limit, which is as small.
    await stage.until(() => (queue()?.length ?? 0) >= fits, 15_000);
    await stage.wait(100); // The ring hands over its last packets.
    stage.recorder.restart();
    const dropsBefore = queue()?.drops ?? 0;
    const synsBefore = synsSent(stage);
    stage.clients({ count: more, close: 'never', maxMs: 20_000 });
    await stage.until(() => (stage.sample('client').states.SYN_SENT ?? 0) >= more, 5000);
    await stage.wait(300); // Well before the next repetition, a second after the first SYN.
    const full = queue();
    const overflows = stage.counters('server')('TcpExt.ListenOverflows');
    const syns = synsSent(stage) - synsBefore;
    stage.checkExact('limit (Send-Q)', fits - 1, full?.limit ?? 'none', 'connections');
    stage.checkExact('held (Recv-Q)', fits, full?.length ?? 'none', 'connections');
    stage.checkExact('clients left outside', more, stage.sample('client').states.SYN_SENT ?? 0, 'sockets');
    stage.checkExact('ListenOverflows', syns, overflows, 'SYNs');
    stage.checkExact('drops of the listener', overflows, (full?.drops ?? 0) - dropsBefore, 'SYNs');
  },
};

function synsSent(stage: Stage): number {
  return stage.packets().filter(({ flags }) => flags === 'S').length;
}
