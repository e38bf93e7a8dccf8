import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseIpv6 } from '../../src/base/parse-ip.ts';
import { addressesIn } from '../../src/contract/addresses-in-text.ts';
import { observationSchema, parseObservation } from '../../src/contract/observation.ts';
import { redactObservation } from '../../src/contract/redact.ts';
import type { Observation } from '../../src/tcp/observation.ts';
import { absent, denied, malformed, ok } from '../../src/tcp/reading.ts';
import {
  ends,
  hostNamespaceInode,
  makeCensus,
  makeGroup,
  makeHandshake,
  makeListener,
  makeNamespace,
  makeObservation,
  makePackets,
  makeProcess,
  makeSocket,
  makeThread,
  makeWaiting,
} from '../fixtures/observation.ts';

const containerId = '3f2a9c0d17be'.padEnd(64, 'a0');

const telling = makeObservation({
  host: {
    ...makeObservation().host,
    hostname: 'billing7.acme.example',
    kernelRelease: '5.15.153.1-microsoft',
  },
  namespaces: [
    makeNamespace({
      names: ['host', 'acme-web', containerId],
      listeners: [
        makeListener({
          address: '10.20.30.40',
          waiting: ends(makeWaiting({ peers: [{ address: '8.8.4.4', count: 2, oldestMs: 5 }] })),
        }),
        makeListener({ family: 'ipv6', address: '::', port: 80 }),
        makeListener({ family: 'ipv6', address: '::ffff:10.20.30.40', port: 81 }),
        makeListener({ address: '127.0.0.1', port: 82 }),
      ],
      sockets: ends(
        makeCensus({
          groups: {
            ...makeCensus().groups,
            synSent: makeGroup([
              makeSocket({ localAddress: '192.168.7.9', remoteAddress: '2606:4700::1111' }),
            ]),
          },
          destinations: [
            {
              localAddress: '192.168.7.9',
              remoteAddress: '172.20.1.2',
              remotePort: 5432,
              localPorts: 3,
              timeWait: 1,
              established: 2,
              exampleInode: 4,
            },
          ],
        }),
      ),
      sysctls: {
        'net.core.somaxconn': '4096',
        'net.ipv4.conf.acme-vpn.rp_filter': '1',
        'net.ipv4.conf.eth0.rp_filter': '1',
        'net.ipv4.tcp_fastopen_key': '1a2b-3c4d',
      },
      packets: makePackets({
        handshakes: [
          makeHandshake({ client: '8.8.4.4', server: '10.20.30.40' }),
          makeHandshake({
            client: 'fe80::aa',
            server: 'fd12:3456::9',
            unreachable: { code: 'net', by: '10.99.0.1' },
          }),
        ],
      }),
    }),
    makeNamespace({ inode: 7, listeners: denied('/run/netns/acme-web on billing7', 'root') }),
  ],
  processes: [
    makeProcess({
      name: 'billingd',
      commandLine: '/opt/acme/bin/billingd --db=10.99.0.1 --password hunter2',
      cgroup: `/system.slice/docker-${containerId}.scope`,
      container: containerId,
      threads: ok([
        makeThread({ name: 'acme-worker', systemCall: 'read', systemCallTarget: 'socket 10.99.0.1:5432' }),
        makeThread({ name: 'billingd', systemCallTarget: 'file /srv/acme/secret.db' }),
      ]),
    }),
    makeProcess({ pid: 9, cgroup: '/system.slice/fluentd.service', container: containerId.slice(0, 12) }),
  ],
  kernelLog: [
    {
      kind: 'syn-flooding',
      inWindow: true,
      source: '/home/alice/kern.txt',
      line: 'Mar  1 03:12:00 billing7 kernel: [12.3] TCP: request_sock_TCP: Possible SYN flooding on port 10.20.30.40:9000. Sending cookies.',
      action: 'cookies',
      address: '10.20.30.40',
      port: 9000,
    },
  ],
  softnet: malformed('/proc/net/softnet_stat of billing7.acme.example', 'line 2', 'xx acme'),
});

describe('redactObservation', () => {
  const redacted = redactObservation(telling);
  const text = JSON.stringify(redacted);

  it('leaves no address, name, path or command line of the owner', () => {
    for (const secret of [
      'acme',
      'billing',
      'hunter2',
      'alice',
      containerId.slice(0, 12),
      '1a2b-3c4d',
      '.db',
    ]) {
      expect(text).not.toContain(secret);
    }
    for (const address of new Set(addressesIn(JSON.stringify(telling.namespaces)))) {
      if (!['127.0.0.1', '::'].includes(address)) expect(addressesIn(text)).not.toContain(address);
    }
  });

  it('keeps kind and family of addresses, and equal ones equal', () => {
    const namespace = redacted.namespaces[0];
    const listeners = namespace?.listeners.status === 'ok' ? namespace.listeners.value : [];
    expect(listeners.map((listener) => listener.address)).toEqual([
      '10.0.0.1',
      '::',
      '::ffff:10.0.0.1',
      '127.0.0.1',
    ]);
    expect(listeners[0]?.waiting.after.peers[0]?.address).toBe('198.51.100.1');
    const packets = namespace?.packets.status === 'ok' ? namespace.packets.value.handshakes : [];
    expect(packets.map(({ client, server, unreachable }) => [client, server, unreachable?.by])).toEqual([
      ['198.51.100.1', '10.0.0.1', undefined],
      ['fe80::1', 'fd00::1', '10.0.0.2'],
    ]);
    const sockets = namespace?.sockets.status === 'ok' ? namespace.sockets.value.after : undefined;
    expect(sockets?.groups.synSent.kept[0]?.remoteAddress).toBe('2001:db8::1');
    expect(sockets?.destinations[0]?.remoteAddress).toBe('172.16.0.1');
    expect(sockets?.destinations[0]?.localAddress).toBe('192.168.0.1');
  });

  it('keeps what the diagnosis needs', () => {
    expect(redacted.host).toEqual({ ...telling.host, hostname: 'redacted-host' });
    expect(redacted.namespaces[0]?.names).toEqual(['host', 'namespace-1', 'container-1']);
    expect(redacted.namespaces[0]?.sysctls).toEqual(
      ok({
        'net.core.somaxconn': '4096',
        'net.ipv4.conf.interface-1.rp_filter': '1',
        'net.ipv4.conf.eth0.rp_filter': '1',
      }),
    );
    const [own, fluentd] = redacted.processes.status === 'ok' ? redacted.processes.value : [];
    expect(own).toMatchObject({
      name: 'program-1',
      commandLine: 'program-1',
      cgroup: '/system.slice/unit-1.scope',
      container: 'container-1',
    });
    expect(own?.threads).toMatchObject({
      value: [
        { name: 'thread-1', systemCall: 'read', systemCallTarget: 'socket 10.0.0.2:5432' },
        { name: 'program-1', systemCallTarget: 'file' },
      ],
    });
    expect(fluentd).toMatchObject({
      name: 'ruby',
      commandLine: 'ruby fluentd',
      cgroup: '/system.slice/fluentd.service',
      container: 'container-1',
    });
    expect(redacted.kernelLog).toMatchObject({
      value: [
        {
          source: '(path)',
          line: 'TCP: request_sock_TCP: Possible SYN flooding on port 10.0.0.1:9000. Sending cookies.',
          address: '10.0.0.1',
        },
      ],
    });
    expect(redacted.namespaces[1]?.listeners).toEqual(
      denied('/run/netns/namespace-1 on redacted-host', 'root'),
    );
    expect(redacted.softnet).toEqual(
      malformed('/proc/net/softnet_stat of redacted-host', 'line 2', '(removed)'),
    );
  });

  it('is still an observation', () => {
    expect(parseObservation(JSON.parse(text))).toEqual(redacted);
  });

  it('never hands out an address that somebody there has', () => {
    const result = redactObservation(withPeers(['10.0.0.9', '10.0.0.1', '10.0.0.2']));
    expect(peersOf(result)).toEqual(['10.0.0.3', '10.0.0.4', '10.0.0.5']);
  });

  it('goes on beyond 254 public addresses without two becoming one', () => {
    const peers = Array.from({ length: 1000 }, (_, i) => `8.${i % 7}.${Math.floor(i / 250)}.${i % 250}`);
    const given = peersOf(redactObservation(withPeers(peers)));
    expect(new Set(given).size).toBe(new Set(peers).size);
    expect(given[253]).toBe('198.51.100.254');
    expect(given[254]).toBe('203.0.113.1');
    expect(given[508]).toBe('198.18.0.0');
  });
});

function withPeers(addresses: readonly string[]): Observation {
  const peers = addresses.map((address) => ({ address, count: 1, oldestMs: 0 }));
  const listener = makeListener({ waiting: ends(makeWaiting(), makeWaiting({ peers })) });
  return makeObservation({
    namespaces: [makeNamespace({ inode: hostNamespaceInode, listeners: [listener] })],
  });
}

function peersOf(observation: Observation): string[] {
  const listeners = observation.namespaces[0]?.listeners;
  return listeners?.status === 'ok'
    ? (listeners.value[0]?.waiting.after.peers ?? []).map((peer) => peer.address)
    : [];
}

describe('properties', () => {
  const anyAddress = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((address) => `::ffff:${address}`),
    fc.constantFrom('10.0.0.1', '198.51.100.1', '2001:db8::1', 'fd00::1', 'fe80::1', '192.168.0.1'),
  );
  const keptOnPurpose =
    /^(127\.|0\.|2(2[4-9]|3\d)\.|255\.255\.255\.255$|::$|::1$|ff|::ffff:(127|0|2(2[4-9]|3\d))\.)/;

  it('no original address is in the result, wherever it stood', () => {
    fc.assert(
      fc.property(fc.array(anyAddress, { minLength: 1, maxLength: 12 }), fc.string(), (addresses, junk) => {
        const [first = '', second = first] = addresses;
        const observation = makeObservation({
          ...withPeers(addresses),
          kernelLog: [
            {
              kind: 'syn-flooding',
              inWindow: true,
              source: '/dev/kmsg',
              line: `TCP: ${junk} Possible SYN flooding on port [${first}]:80 (${second}), ${first}. ${junk}`,
            },
          ],
          softnet: absent(`answer of ${first}`, `${second}: no route, see ${first}:53`),
        });
        const text = JSON.stringify(redactObservation(observation));
        const left = new Set(addressesIn(text));
        for (const address of addressesIn(addresses.join(' '))) {
          if (!keptOnPurpose.test(address)) expect(left).not.toContain(address);
        }
        for (const address of addresses) {
          if (keptOnPurpose.test(addressesIn(address)[0] ?? address) || address.startsWith('::')) continue;
          const literal = address.replaceAll('.', '\\.');
          expect(text).not.toMatch(new RegExp(`(?<![\\w.:])${literal}(?![\\w:])`));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('parses what RFC 4291 writes', () => {
    expect(parseIpv6('2001:DB8:0:0:8:800:200C:417A')).toEqual(parseIpv6('2001:db8::8:800:200c:417a'));
    expect(
      addressesIn('::FFFF:129.144.52.38 [fe80::1%eth0]:80 00:00:5e:00:53:01 12:30:01 std::move'),
    ).toEqual(['::ffff:129.144.52.38', 'fe80::1']);
    expect(addressesIn('IP 10.0.0.1.443 > 2001:db8::7.80: Flags')).toEqual(['10.0.0.1', '2001:db8::7']);
  });
});

/**
 * Every free string of the schema, and what becomes of it. A field added to the observation fails here until somebody
 * decides whether it may be shown to strangers.
 */
const keptStrings = [
  'tool.name',
  'tool.version',
  'host.kernelRelease',
  'namespaces[].packets.value.handshakes[].unreachable.code',
  'host.reference.sysctls{}',
  'namespaces[].sysctls.value{}',
  'processes.value[].state.before',
  'processes.value[].state.after',
  'processes.value[].threads.value[].state',
  'processes.value[].threads.value[].waitChannel',
  'processes.value[].threads.value[].systemCall',
  // Under any parent: numbers of the kernel, and texts whose names and addresses the tests above look at.
  'cookie',
  'cgroupId',
  'headCookies[]',
  'cookies[]',
  'needs',
  'since',
  'because',
  'at',
  'source',
  'reason',
];

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** A document with the path of each string as its content; `variant` picks the branch of each union. */
function sampleOf(schema: JsonSchema, path: string, variant: number): unknown {
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches !== undefined) return sampleOf(branches[variant % branches.length] ?? {}, path, variant);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties !== undefined) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => [
        key,
        sampleOf(value, path === '' ? key : `${path}.${key}`, variant),
      ]),
    );
  }
  if (schema.type === 'array') return [sampleOf(schema.items ?? {}, `${path}[]`, variant)];
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return { key: sampleOf(schema.additionalProperties, `${path}{}`, variant) };
  }
  if (schema.type === 'string') return `<${path}>`;
  if (schema.type === 'boolean') return true;
  return 1;
}

describe('every string of an observation', () => {
  const schema = z.toJSONSchema(observationSchema) as JsonSchema;

  it.each([0, 1, 2, 3, 4])('is replaced unless kept on purpose (reading variant %i)', (variant) => {
    const sample = sampleOf(schema, '', variant) as Observation;
    const left = [...JSON.stringify(redactObservation(sample)).matchAll(/<([^>]*)>/g)].map(
      ([, path = '']) => path,
    );
    const unexplained = left.filter((path) => {
      const last = path.split('.').at(-1) ?? '';
      return !keptStrings.includes(path) && !keptStrings.includes(last);
    });
    // Addresses here are no addresses, so they stay; all others must be gone.
    const addressFields = /(^|\.)(address|localAddress|remoteAddress|client|server|by)$/;
    expect(unexplained.filter((path) => !addressFields.test(path))).toEqual([]);
  });
});
