import type { Scenario } from '../../../lab/scenario.ts';
import {
  catalogueSettings,
  type SettingName,
  sysctlOfSetting,
} from '../../../tcp/model/setting-catalogue.ts';

export const sysctlNames = [
  'somaxconn',
  'tcp_syncookies',
  'tcp_syn_retries',
  'tcp_syn_linear_timeouts',
  'tcp_synack_retries',
  'tcp_keepalive_time',
  'tcp_keepalive_intvl',
  'tcp_keepalive_probes',
  'tcp_retries2',
  'tcp_orphan_retries',
  'tcp_fin_timeout',
  'tcp_tw_reuse',
  'tcp_tw_reuse_delay',
  'tcp_rto_min_us',
  'tcp_rto_max_ms',
] as const satisfies readonly SettingName[];

/** What the model takes for a parameter that nobody has set, against a namespace that nobody has touched. */
export const freshNamespace: Scenario = {
  name: 'fresh-namespace',
  purpose: "The kernel's defaults in a new network namespace.",
  settings: [
    { name: 'parameter', meaning: 'which', unit: '', default: 'tcp_syn_retries', choices: sysctlNames },
  ],
  sysctls: {},
  predict: () => null,
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage) => {
    const name = sysctlNames.find((one) => one === stage.text('parameter')) ?? 'tcp_syn_retries';
    const kernel = stage.situation.kernel;
    const predicted = catalogueSettings([name], kernel)[0]?.default ?? 'absent';
    const measured = Number(stage.server.getSysctl(sysctlOfSetting(name) ?? name));
    stage.checkExact(name, predicted, measured);
  },
};
