import { describe, expect, it } from 'vitest';
import { connectionColumns } from '../../src/report/capture-csv/connection-columns.ts';
import { connectionsCsv } from '../../src/report/capture-csv/connections-csv.ts';
import type { ConnectionRecord } from '../../src/tcp/capture.ts';
import { judged, makeConnection, makeFlow } from '../fixtures/capture-stories.ts';

/** RFC 4180 by the letter: what a spreadsheet reads. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  while (cells.lastIndex < text.length) {
    const at = cells.lastIndex;
    const [, quoted, plain = '', after] = cells.exec(text) ?? [];
    if (after === undefined) throw new Error(`not RFC 4180 from character ${at} on`);
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (after === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function rowsOf(records: readonly ConnectionRecord[]): Record<string, string>[] {
  const [header = [], ...rows] = parseCsv([...connectionsCsv(records)].join(''));
  for (const row of rows) expect(row).toHaveLength(header.length);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

const rowOf = (record: ConnectionRecord): Record<string, string> => rowsOf([record])[0] ?? {};

const unlike = makeConnection({
  number: 17,
  family: 'ipv6',
  client: 'fd00::9',
  clientPort: 50_000,
  server: 'fd00::1',
  serverPort: 443,
  begins: 'syn-ack',
  fromMs: 40,
  toMs: 1_234_567_040.5,
  firstPacket: 3,
  lastPacket: 30,
  syn: { sends: 3, atMs: [40, 1040.1234, 3040] },
  synAck: { sends: 1, atMs: [3041] },
  connectMs: 3001,
  handshakeRttMs: 0.3456,
  cookieLike: true,
  longestIdle: { ms: 1500, fromMs: 1540 },
  end: { how: 'reset', by: 'middlebox', atMs: 4540 },
  judgement: judged('slow-open', 'Two SYNs, "sent" again.', [4, 5, 9]),
  fromClient: makeFlow({
    packets: 101,
    dataSegments: 102,
    push: 103,
    payloadBytes: 5_000_000_000,
    retransmissions: { timeout: 105, fast: 106, spurious: 107 },
    zeroWindowProbes: 108,
    keepaliveProbes: 109,
    outOfOrder: 110,
    duplicateAcks: 111,
    zeroWindows: 112,
    resets: 113,
    rttMs: { samples: 114, min: 115, median: 116, p99: 117 },
    options: { mss: 1440, windowScale: null, sack: true, timestamps: false },
    ttl: 57,
  }),
  fromServer: makeFlow({ rttMs: null, options: null, ttl: null, packets: 5, fin: false }),
});

describe('connectionsCsv', () => {
  it('gives every column its own value', () => {
    expect(rowOf(unlike)).toMatchObject({
      number: '17',
      family: 'ipv6',
      client: 'fd00::9',
      clientPort: '50000',
      server: 'fd00::1',
      serverPort: '443',
      judgement: 'slow-open',
      confidence: 'certain',
      because: 'Two SYNs, "sent" again.',
      evidencePackets: '4 5 9',
      begins: 'syn-ack',
      simultaneousOpen: 'false',
      fromMs: '40.000',
      toMs: '1234567040.500',
      durationMs: '1234567000.500',
      firstPacket: '3',
      lastPacket: '30',
      synSends: '3',
      synAtMs: '40.000 1040.123 3040.000',
      synAckSends: '1',
      synAckAtMs: '3041.000',
      connectMs: '3001.000',
      handshakeRttMs: '0.346',
      cookieLike: 'true',
      longestIdleMs: '1500.000',
      longestIdleFromMs: '1540.000',
      end: 'reset',
      endedBy: 'middlebox',
      endMs: '4540.000',
      clientPackets: '101',
      clientDataSegments: '102',
      clientPush: '103',
      clientPayloadBytes: '5000000000',
      clientTimeoutRetransmissions: '105',
      clientFastRetransmissions: '106',
      clientSpuriousRetransmissions: '107',
      clientZeroWindowProbes: '108',
      clientKeepaliveProbes: '109',
      clientOutOfOrder: '110',
      clientDuplicateAcks: '111',
      clientZeroWindows: '112',
      clientResets: '113',
      clientFin: 'true',
      clientRttSamples: '114',
      clientRttMinMs: '115.000',
      clientRttMedianMs: '116.000',
      clientRttP99Ms: '117.000',
      clientMss: '1440',
      clientWindowScale: '',
      clientSack: 'true',
      clientTimestamps: 'false',
      clientTtl: '57',
      serverPackets: '5',
      serverFin: 'false',
    });
  });

  it('leaves empty what is not known', () => {
    const row = rowOf({
      ...unlike,
      connectMs: null,
      handshakeRttMs: null,
      syn: { sends: 0, atMs: [] },
      end: { how: 'open', by: null, atMs: null },
    });
    const empty = Object.keys(row).filter((name) => row[name] === '');
    expect(empty).toEqual([
      'synAtMs',
      'connectMs',
      'handshakeRttMs',
      'endedBy',
      'endMs',
      'clientWindowScale',
      ...['serverRttMinMs', 'serverRttMedianMs', 'serverRttP99Ms'],
      ...['serverMss', 'serverWindowScale', 'serverSack', 'serverTimestamps', 'serverTtl'],
    ]);
  });

  it.each(['a, b', '"b"', 'a\r', 'a\nb', 'a, "b"\r\nc\nd'])(
    'quotes what would break the table: %j',
    (because) => {
      const [row, next] = rowsOf([
        makeConnection({ judgement: judged('unknown', because, []) }),
        makeConnection({ number: 1 }),
      ]);
      expect(row?.because).toBe(because);
      expect(next?.number).toBe('1');
    },
  );

  it('is a header alone without connections', () => {
    expect([...connectionsCsv([])].join('')).toBe(
      `${connectionColumns.map(({ name }) => name).join(',')}\r\n`,
    );
  });

  it('comes in pieces of whole lines, before all connections are there', () => {
    let given = 0;
    function* many(): Generator<ConnectionRecord> {
      for (; given < 2000; given++) yield makeConnection({ number: given });
    }
    const pieces = connectionsCsv(many());
    const first = pieces.next().value as string;
    expect(given).toBeLessThan(1000);
    const rest = [...pieces];
    for (const piece of [first, ...rest]) {
      expect(piece.endsWith('\r\n')).toBe(true);
      expect(piece.length).toBeLessThan(70_000);
    }
    const numbers = parseCsv([first, ...rest].join('')).map(([number]) => number);
    expect(numbers).toEqual(['number', ...Array.from({ length: 2000 }, (_, i) => String(i))]);
  });
});

describe('connectionColumns', () => {
  it('have a name of their own, fit for a database, and a meaning', () => {
    expect(new Set(connectionColumns.map(({ name }) => name)).size).toBe(connectionColumns.length);
    for (const { name, meaning } of connectionColumns) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(meaning).toMatch(/^\S.{8,100}[^.]$/);
    }
    expect(Object.isFrozen(connectionColumns) && connectionColumns.every(Object.isFrozen)).toBe(true);
  });
});
