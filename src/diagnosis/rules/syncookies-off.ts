import { formatCount, plural } from '../../base/units.ts';
import type { Evidence, Finding } from '../../tcp/finding.ts';
import { synQueueCapacity } from '../../tcp/queue-limits.ts';
import { numericSysctl } from '../evidence.ts';
import { floodExperiment } from '../experiment/syn-queue-experiment.ts';
import { namespaceText } from '../namespace-command.ts';
import { listedNames, reachableListeners } from '../reachable-listeners.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/** net.ipv4.tcp_syncookies = 0 where others can connect: a full SYN queue then drops every newcomer. */
export const syncookiesOff = defineRule({
  id: 'syncookies-off',
  summary: 'SYN cookies are switched off: a full SYN queue drops every new connection',
  needs: ['listeners', 'sysctls'],
  scope: 'namespace',
  judge: (view) => {
    const isOff = numericSysctl(view, 'net.ipv4.tcp_syncookies') === 0;
    return { findings: isOff && reachableListeners(view).length > 0 ? [describe(view)] : [] };
  },
});

function describe(view: RuleView): Finding {
  const listeners = reachableListeners(view);
  return {
    id: 'syncookies-off',
    severity: 'warning',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { sysctl: 'net.ipv4.tcp_syncookies' },
    title: `SYN cookies are off in ${namespaceText(view)} (net.ipv4.tcp_syncookies=0), where ${listedNames(listeners)} can be reached from outside`,
    explanation:
      'With cookies, a full SYN queue costs nothing: the kernel answers without keeping state. Without them it drops every further SYN, so that a few hundred forged ones a second are enough to lock real clients out; and only then does tcp_max_syn_backlog limit the queue as well.',
    cause: { id: 'setting', title: 'net.ipv4.tcp_syncookies is 0; the default is 1' },
    evidence: [
      {
        source: 'sysctl',
        name: 'net.ipv4.tcp_syncookies',
        value: 0,
        unit: '',
        note: `0 in ${namespaceText(view)}; a new namespace starts with 1, whatever the host has`,
      },
      ...smallestQueue(view),
    ],
    ruledOut: [],
    remedies: [
      {
        kind: 'sysctl',
        summary: 'switch SYN cookies on',
        ...settingChange(view, {
          sysctls: { 'net.ipv4.tcp_syncookies': 1 },
          why: 'it is the default: cookies are sent only when a SYN queue is full',
        }),
        effect: 'at once, for all listeners of this namespace; nothing changes until a SYN queue is full',
        risk: 'connections made through a cookie have no window scaling and no SACK when the client sends no timestamps',
      },
      {
        kind: 'sysctl',
        summary:
          'make it last: net.ipv4.tcp_syncookies=1 in /etc/sysctl.d/, or in the container’s own sysctls (the host’s value is not inherited)',
        command: '',
        effect: 'the setting survives a restart',
        risk: '',
      },
      {
        kind: 'none',
        idle: ['net.ipv4.tcp_max_syn_backlog'],
        summary:
          'raising tcp_max_syn_backlog instead only moves the number of forged SYNs that lock clients out',
        command: '',
        effect: '',
        risk: '',
      },
    ],
    experiment: floodExperiment(view, { syncookies: 0 }),
  };
}

/** How few half-open connections are enough. */
function smallestQueue(view: RuleView): readonly Evidence[] {
  const maxSynBacklog = numericSysctl(view, 'net.ipv4.tcp_max_syn_backlog');
  const known = reachableListeners(view).filter(({ limitKnown }) => limitKnown);
  if (maxSynBacklog === undefined || known.length === 0) return [];
  const { kernelRelease } = view.observation.host;
  const rooms = known.map((one) =>
    synQueueCapacity({ limit: one.acceptQueue.after.limit, syncookies: 0, maxSynBacklog, kernelRelease }),
  );
  const least = Math.min(...rooms);
  return [
    {
      source: 'sock_diag',
      name: 'synQueue.capacity',
      value: least,
      unit: 'requests',
      note: `${plural(least, 'half-open connection')} fill the smallest SYN queue here (tcp_max_syn_backlog ${formatCount(maxSynBacklog)})`,
    },
  ];
}
