import type { Finding } from '../../tcp/finding.ts';
import { counterEvidence, numericSysctl, sysctl } from '../evidence.ts';
import { floodExperiment } from '../experiment/syn-queue-experiment.ts';
import { namespaceText } from '../namespace-command.ts';
import { listedNames, reachableListeners } from '../reachable-listeners.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/** net.ipv4.tcp_syncookies = 2: a debugging setting that answers every SYN with a cookie and never uses the SYN queue. */
export const syncookiesAlways = defineRule({
  id: 'syncookies-always',
  summary:
    'every SYN is answered with a cookie: options are lost, and the counters say nothing about the SYN queue',
  needs: ['listeners', 'sysctls'],
  scope: 'namespace',
  judge: (view) => {
    const always = numericSysctl(view, 'net.ipv4.tcp_syncookies') === 2;
    return { findings: always && reachableListeners(view).length > 0 ? [describe(view)] : [] };
  },
});

function describe(view: RuleView): Finding {
  const noTimestamps = sysctl(view, 'net.ipv4.tcp_timestamps') === '0';
  return {
    id: 'syncookies-always',
    severity: 'warning',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { sysctl: 'net.ipv4.tcp_syncookies' },
    title: `every connection in ${namespaceText(view)} is made through a SYN cookie (net.ipv4.tcp_syncookies=2): ${listedNames(reachableListeners(view))}`,
    explanation: `The value 2 is meant for testing. The SYN queue is never used: a lost SYN-ACK is not sent again, ${noTimestamps ? 'window scaling and SACK are lost on every connection (timestamps are off here)' : 'clients without timestamps lose window scaling and SACK'}, and a cookie whose ACK meets a full accept queue leaves a client that believes to be connected for ever. SyncookiesSent and TCPReqQFullDoCookies count every SYN, and no longer mean that a queue is full.`,
    cause: { id: 'setting', title: 'net.ipv4.tcp_syncookies is 2; the default is 1' },
    evidence: [
      {
        source: 'sysctl',
        name: 'net.ipv4.tcp_syncookies',
        value: 2,
        unit: '',
        note: `2 in ${namespaceText(view)}`,
      },
      counterEvidence(view, 'TcpExt.SyncookiesSent'),
      counterEvidence(view, 'TcpExt.SyncookiesRecv'),
    ],
    ruledOut: [
      { id: 'syn-queue-overflow', because: 'with 2 the SYN queue is not used, so that it cannot be full' },
    ],
    remedies: [
      {
        kind: 'sysctl',
        summary: 'go back to cookies only when the SYN queue is full',
        ...settingChange(view, {
          sysctls: { 'net.ipv4.tcp_syncookies': 1 },
          why: 'it is the default: cookies are sent only when a SYN queue is full',
        }),
        effect:
          'at once: handshakes keep their options, lost SYN-ACKs are sent again, and a flood is still survived',
        risk: 'none known: it is the default',
      },
      {
        kind: 'none',
        idle: ['backlog', 'net.ipv4.tcp_max_syn_backlog'],
        summary:
          'values of 3 and above act like 1; raising backlog or tcp_max_syn_backlog changes nothing while it is 2',
        command: '',
        effect: '',
        risk: '',
      },
    ],
    experiment: floodExperiment(view, { syncookies: 2 }),
  };
}
