import { portSetting } from '../../../lab/link-settings.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import type { Stage } from '../../../lab/stage/stage.ts';
import { connectModel } from '../../../tcp/model/connect.ts';

const routes: Readonly<Record<string, string>> = {
  'unreachable-route': 'unreachable',
  'prohibit-route': 'prohibit',
  'blackhole-route': 'blackhole',
};

/** connect() to addresses that this host's own routes or neighbours stand in the way of. */
export const localErrors: Scenario = {
  name: 'local-errors',
  purpose: 'What connect() says when the way to the address is closed on this host.',
  settings: [
    {
      name: 'peer',
      meaning: 'what stands in the way',
      unit: '',
      default: 'no-route',
      choices: [...Object.keys(routes), 'no-route', 'no-arp-answer'],
    },
    portSetting,
  ],
  sysctls: { 'net.ipv4.tcp_syn_retries': 6, 'net.ipv4.tcp_syn_linear_timeouts': 4 },
  predict: (values, { kernel, family }) => connectModel.predict({ ...values, family }, kernel),
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage) => {
    const to = closeTheWay(stage);
    const [probe] = await stage.probe([{ to, blocking: true }], 20_000);
    if (!stage.prediction) return;
    stage.checkExact('errno', stage.prediction.outcome.errno ?? 'none', probe?.error?.errno ?? 'none');
    stage.checkTime('connect() fails', stage.prediction.outcome, probe?.error?.atMs);
    if (probe) stage.setOrigin(probe.connectAtUnixMs);
    stage.checkExact(
      'SYNs on the wire',
      0,
      stage.packets().filter(({ flags }) => flags === 'S').length,
      'segments',
    );
  },
};

/** The address to try. Neighbours that do not exist lie in the link's own prefix. */
function closeTheWay(stage: Stage): string {
  const isIpv4 = stage.family === 'ipv4';
  if (stage.text('peer') === 'no-arp-answer') return isIpv4 ? '10.90.7.7' : 'fd90::77';
  const kind = routes[stage.text('peer')];
  const prefix = isIpv4 ? '10.99.0.0/16' : 'fd99::/64';
  if (kind) stage.client.run('ip', [isIpv4 ? '-4' : '-6', 'route', 'add', kind, prefix]);
  return isIpv4 ? '10.99.0.1' : 'fd99::1';
}
