import { setFirewall } from '../../../lab/firewall.ts';
import { portSetting } from '../../../lab/link-settings.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import { synAckModel } from '../../../tcp/model/synack.ts';

const lookEveryMs = 10;

/** The client's ACKs get lost: the listener repeats its SYN-ACK and forgets the request in the end. */
export const lostHandshakeAck: Scenario = {
  name: 'lost-handshake-ack',
  purpose: 'When a SYN-ACK is sent again, and when the half-open request is forgotten.',
  settings: [
    { name: 'tcp_synack_retries', meaning: 'SYN-ACKs sent again', unit: '', default: 2, min: 0, max: 6 },
    { name: 'TCP_SYNCNT', meaning: 'on the listener; 0: not set', unit: '', default: 0, min: 0, max: 6 },
    {
      name: 'TCP_DEFER_ACCEPT',
      meaning: 'on the listener; 0: not set',
      unit: 's',
      default: 0,
      min: 0,
      max: 60,
    },
    portSetting,
  ],
  sysctls: { 'net.ipv4.tcp_synack_retries': 5, 'net.ipv4.tcp_syncookies': 1 },
  predict: (values, { kernel }) =>
    synAckModel.predict(
      { ...values, peer: Number(values.TCP_DEFER_ACCEPT) > 0 ? 'acknowledges' : 'ack-lost', backlog: 128 },
      kernel,
    ),
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage) => {
    if (!stage.prediction) return;
    const deferS = stage.number('TCP_DEFER_ACCEPT');
    const synCount = stage.number('TCP_SYNCNT');
    await stage.listen({
      backlog: 128,
      mode: 'sleep',
      ...(synCount > 0 ? { synCount } : {}),
      ...(deferS > 0 ? { deferAcceptSeconds: deferS } : {}),
    });
    if (deferS === 0)
      setFirewall(stage.server, [
        { hook: 'input', destinationPort: stage.port, flags: '.', verdict: 'drop' },
      ]);
    stage.clients({ count: 1, close: 'never' });
    const requests = () => stage.sample('server').states.SYN_RECV ?? 0;
    await stage.until(() => requests() > 0, 3000);
    const lastsMs = (stage.prediction.outcome.latestMs ?? 0) + 3000;
    const startMs = stage.nowMs();
    while (requests() > 0 && stage.nowMs() - startMs < lastsMs) await stage.wait(lookEveryMs);
    const goneAtMs = requests() > 0 ? undefined : stage.nowMs() + stage.originWallMs;
    stage.originAtFirst('S.');
    const predicted = stage.prediction.events.filter(({ what }) => what === 'SYN-ACK');
    const sent = stage.packets().filter(({ flags }) => flags === 'S.');
    stage.checkEvents(
      'SYN-ACK',
      predicted,
      sent.map(({ atMs }) => atMs),
    );
    stage.checkTime(
      'the request is gone',
      stage.prediction.outcome,
      goneAtMs === undefined ? undefined : goneAtMs - stage.originWallMs,
      lookEveryMs + 20,
    );
    stage.checkExact(
      'TCPSynRetrans',
      predicted.length - 1,
      stage.counters('server')('TcpExt.TCPSynRetrans'),
      'segments',
    );
  },
};
