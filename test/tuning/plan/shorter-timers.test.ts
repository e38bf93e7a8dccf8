import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/diagnosis/build-report.ts';
import { diagnose } from '../../../src/diagnosis/diagnose.ts';
import { finWaitPileUp } from '../../../src/diagnosis/rules/fin-wait-pile-up.ts';
import { orphansLimit } from '../../../src/diagnosis/rules/orphans-limit.ts';
import type { Finding } from '../../../src/tcp/finding.ts';
import { asContract } from '../../../src/tcp/report.ts';
import { type Changes, makeChanges } from '../../../src/tuning/plan/make-changes.ts';
import {
  defaultSysctls,
  ends,
  makeCensus,
  makeGroup,
  makeNamespace,
  makeObservation,
  makeSocket,
} from '../../fixtures/observation.ts';

const containerInode = 4_026_532_177;
const nothingFound = () => ({ refused: 'not looked for' });

/** A host whose orphans are close to tcp_max_orphans, in a container with this many retries. */
function planOfOrphans(retries: string): Promise<Changes> {
  const closing = makeSocket({ state: 'FIN_WAIT1', remoteAddress: '10.0.0.2', inode: 0 });
  const census = makeCensus();
  const busy = makeCensus({ groups: { ...census.groups, finWait1: makeGroup([closing], 16_500) } });
  const { 'net.ipv4.tcp_max_orphans': _, 'net.ipv4.tcp_mem': __, ...ofContainer } = defaultSysctls;
  const sockstat = ends({ 'TCP.orphan': 16_500, 'TCP.mem': 3 });
  const sysctls = { ...defaultSysctls, 'net.ipv4.tcp_mem': '1000 2000 3000' };
  const host = makeNamespace({ sockstat, sysctls });
  const container = makeNamespace({
    inode: containerInode,
    names: ['web'],
    initial: false,
    own: false,
    sockstat,
    sockets: ends(busy),
    sysctls: { ...ofContainer, 'net.ipv4.tcp_orphan_retries': retries },
  });
  const observation = makeObservation({ namespaces: [host, container] });
  const report = asContract(buildReport(observation, diagnose(observation, [orphansLimit])));
  return makeChanges(report, { findEdit: nothingFound, readSysctl: null });
}

describe('orphans near the limit of the whole machine', () => {
  it('go sooner in their own namespace; the limit is raised in the initial one, on request', async () => {
    const { changes } = await planOfOrphans('0');
    expect(changes.filter(({ kind }) => kind === 'sysctl')).toMatchObject([
      {
        parameter: 'net.ipv4.tcp_orphan_retries',
        value: '3',
        namespace: containerInode,
        optional: false,
        lasts: 'elsewhere',
      },
      { parameter: 'net.ipv4.tcp_max_orphans', optional: true, lasts: 'drop-in' },
    ]);
  });

  it.each(['1', '2', '3'])('are not kept longer than now: %s', async (retries) => {
    const { changes } = await planOfOrphans(retries);
    expect(JSON.stringify(changes)).not.toContain('tcp_orphan_retries');
  });
});

describe('orphans in FIN_WAIT2', () => {
  it.each([
    ['60', 'orphans then stay for 15 s instead of 60 s, so that 25 % as many are there at the same rate'],
    // 61 to 119 s are less than they say (finWait2Life()).
    ['80', 'orphans then stay for 15 s instead of 40 s, so that 38 % as many are there at the same rate'],
    ['67', undefined],
    ['15', undefined],
    ['5', undefined],
  ])('with tcp_fin_timeout=%s: %s', async (seconds, why) => {
    const orphans = Array.from({ length: 30 }, (_, at) =>
      makeSocket({
        state: 'FIN_WAIT2',
        remoteAddress: '10.0.0.2',
        remotePort: 5000 + at,
        inode: 0,
        cookie: `${at}`,
      }),
    );
    const census = makeCensus();
    const sockets = makeCensus({ groups: { ...census.groups, finWait2: makeGroup(orphans, 30) } });
    const sysctls = { ...defaultSysctls, 'net.ipv4.tcp_fin_timeout': seconds };
    const observation = makeObservation({
      namespaces: [makeNamespace({ sockets: ends(sockets), sysctls })],
    });
    const diagnosis = diagnose(observation, [finWaitPileUp]);
    expect(diagnosis.findings).toMatchObject([{ cause: { id: 'peer-does-not-close' } }]);
    const report = asContract(buildReport(observation, diagnosis));
    const { changes } = await makeChanges(report, { findEdit: nothingFound, readSysctl: null });
    expect(changes.find(({ kind }) => kind === 'sysctl')?.why).toBe(why);
  });
});

describe('a congestion control', () => {
  const allowed = 'net.ipv4.tcp_allowed_congestion_control';
  const bbr: Finding = {
    id: 'retransmissions',
    severity: 'warning',
    confidence: 'certain',
    namespace: containerInode,
    subject: {},
    title: 't',
    explanation: '',
    cause: { id: 'packet-loss', title: '' },
    evidence: [],
    ruledOut: [],
    remedies: [
      {
        kind: 'sysctl',
        summary: '',
        command: '',
        effect: 'e',
        risk: '',
        change: { sysctls: { 'net.ipv4.tcp_congestion_control': 'bbr' }, why: 'w', optional: true },
      },
    ],
    experiment: { scenario: '', set: {} },
  };

  it.each([
    ['reno cubic', false],
    ['reno bbr', true],
  ])('of a container that may have %s: planned %s', async (may, planned) => {
    const container = makeNamespace({ inode: containerInode, names: ['web'], initial: false, own: false });
    const observation = makeObservation({ namespaces: [makeNamespace(), container] });
    const report = asContract(buildReport(observation, { findings: [bbr], unknowns: [] }));
    const values: Record<string, string> = { [allowed]: may, 'net.ipv4.tcp_congestion_control': 'reno' };
    const { changes, refusals } = await makeChanges(report, {
      findEdit: nothingFound,
      readSysctl: (_, name) => values[name],
    });
    expect(changes).toHaveLength(planned ? 1 : 0);
    expect(refusals.map(({ because }) => because).join()).toMatch(
      planned ? /^$/ : /tcp_congestion_control=bbr: the kernel refuses it .*EPERM.* among reno cubic/,
    );
  });
});
