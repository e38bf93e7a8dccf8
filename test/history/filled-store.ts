import { HistoryStore } from '../../src/history/store/history-store.ts';
import { channelsOfKind, notMeasured, type SeriesKind } from '../../src/tcp/recording/channel.ts';
import type { Incident } from '../../src/tcp/recording/incident.ts';
import type { IncidentDetail } from '../../src/tcp/recording/incident-detail.ts';

export const overflow: Incident = {
  id: '20270115-075000-aaaa',
  openedMs: 0,
  closedMs: null,
  updatedMs: 0,
  worstMs: 0,
  finding: 'accept-queue-overflow',
  severity: 'critical',
  namespace: 'host',
  subject: '0.0.0.0:24224',
  title: '0.0.0.0:24224 (ruby, pid 812) drops new connections: its accept queue is full',
};

export function detailOf(incident: Incident): IncidentDetail {
  const { finding: id, severity, title } = incident;
  const finding = {
    id,
    severity,
    confidence: 'certain' as const,
    namespace: 4026531840,
    subject: { listener: incident.subject },
    title,
    explanation: 'It accepts 310 connections a second and 640 arrive.',
    cause: { id: 'sustained-overload', title: 'more arrives than is accepted' },
    evidence: [
      {
        source: 'sock_diag',
        name: 'acceptQueue.length',
        value: 1025,
        unit: 'connections',
        note: '1,025 of 1,024',
      },
    ],
    ruledOut: [{ id: 'syn-flood', because: '96 % of handshakes complete' }],
    remedies: [
      {
        kind: 'none' as const,
        summary: 'raising somaxconn',
        command: '',
        effect: 'changes nothing',
        risk: '',
      },
    ],
    experiment: { scenario: 'accept-queue-overflow', set: {} },
  };
  return {
    detailVersion: 1,
    openedBecause: 'a listener drops connections',
    seen: 3,
    finding,
    report: {
      schemaVersion: 1,
      tool: { name: 'halfopen', version: '0.1.0' },
      host: { hostname: 'logs-2', kernelRelease: '6.18.44', observedFromMs: 0, observedToMs: 1 },
      namespaces: [
        {
          inode: 4026531840,
          names: ['host'],
          pids: [1],
          listeners: [],
          states: {},
          counters: {},
          sysctls: {},
        },
      ],
      findings: [finding],
      unknowns: [],
    },
    peers: [
      { address: '10.0.0.21', count: 6, what: 'waiting to be accepted' },
      { address: 'fd00::7', count: 5, what: 'waiting to be accepted' },
    ],
    kernelLog: [
      {
        kind: 'syn-flooding',
        inWindow: true,
        source: '/dev/kmsg',
        line: 'TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:24224.',
      },
    ],
    trace: { 'syn-ack-retransmission': 12 },
    blackBox: { status: 'kept', packets: 2, dropped: 0 },
  };
}

type Values = Readonly<Record<string, number>>;

/** Records what `valuesAt` says of each second; undefined: nobody was recording. */
export function fill(
  store: HistoryStore,
  series: {
    readonly kind: SeriesKind;
    readonly identity: string;
    readonly about: Readonly<Record<string, string | number>>;
    readonly valuesAt: (at: number) => Values | undefined;
  }[],
  fromSecond: number,
  seconds: number,
): void {
  const ids = series.map((one) => store.series.idOf(one, channelsOfKind[one.kind], fromSecond));
  for (let at = 0; at < seconds; at++) {
    const row = new Map<number, Int32Array>();
    for (const [index, { kind, valuesAt }] of series.entries()) {
      const values = valuesAt(at);
      const id = ids[index];
      if (values === undefined || id === undefined) continue;
      row.set(
        id,
        Int32Array.from(channelsOfKind[kind], ({ name }) => values[name] ?? notMeasured),
      );
    }
    if (row.size > 0) store.blocks.append(fromSecond + at, row);
    while (store.packNext(fromSecond + at));
  }
}

/**
 * 20 minutes that end at `endSecond`: a recorder that was not running for two of them, a listener that overflowed ten minutes before
 * the end, one of IPv6 that was quiet.
 */
export function fillWithTrouble(file: string, endSecond: number): Incident {
  const { store } = HistoryStore.openForRecording(file);
  using _ = store;
  const from = endSecond - 1200;
  const isRunning = (at: number): boolean => at < 300 || at >= 420;
  const burst = (at: number): boolean => at >= 600 && at < 620;
  const about = { namespace: 'host', inode: 4026531840 };
  fill(
    store,
    [
      {
        kind: 'host',
        identity: 'host',
        about: { hostname: 'logs-2', kernelRelease: '6.18.44', cpus: 2 },
        valuesAt: (at) => (isRunning(at) ? { ownCpu: 12, ownMemory: 80_000 } : undefined),
      },
      {
        kind: 'namespace',
        identity: 'host',
        about: { name: 'host', inode: 4026531840 },
        valuesAt: (at) => (isRunning(at) ? { passiveOpens: 3, listenDrops: burst(at) ? 60 : 0 } : undefined),
      },
      {
        kind: 'listener',
        identity: 'host 0.0.0.0:24224',
        about: { ...about, family: 'ipv4', address: '0.0.0.0', port: 24224, process: 'ruby', pid: 812 },
        valuesAt: (at) =>
          isRunning(at)
            ? {
                queueMax: burst(at) ? 1025 : 3,
                queueMean: 1000,
                fullShare: burst(at) ? 700 : 0,
                limit: 1024,
                drops: burst(at) ? 60 : 0,
                acceptedAtLeast: 300,
              }
            : undefined,
      },
      {
        kind: 'listener',
        identity: 'host [::1]:80',
        about: { ...about, family: 'ipv6', address: '::1', port: 80, process: 'nginx' },
        valuesAt: (at) =>
          isRunning(at) ? { queueMax: 0, queueMean: 0, fullShare: 0, limit: 511, drops: 0 } : undefined,
      },
    ],
    from,
    1200,
  );
  const openedMs = (from + 600) * 1000;
  const incident: Incident = {
    ...overflow,
    openedMs,
    closedMs: openedMs + 20_000,
    updatedMs: openedMs + 20_000,
    worstMs: openedMs + 8000,
  };
  const seen = {
    ...overflow,
    id: '20270115-074000-bbbb',
    severity: 'warning',
    openedMs: openedMs - 300_000,
    closedMs: openedMs - 290_000,
    updatedMs: openedMs - 290_000,
    worstMs: openedMs - 300_000,
    subject: '[::1]:80',
    title: 'nginx',
  } as const;
  store.incidents.put(incident, detailOf(incident));
  store.incidents.put(seen, { detailVersion: 2, later: true });
  store.incidents.putBlackBox(incident.id, {
    fromMs: openedMs - 10_000,
    toMs: openedMs + 10_000,
    pcapng: Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a, 1),
  });
  return incident;
}
