import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseTraceLine } from '../../src/kernel/tracefs/parse-trace-line.ts';
import type { TcpTraceEvent } from '../../src/tcp/trace-event.ts';

const run = promisify(execFile);

describe('lines of trace_pipe', () => {
  it.each([
    [
      '          <idle>-0       [001] b.s3.  8311.040221: tcp_retransmit_synack: family=AF_INET sport=9000 dport=41002 saddr=10.88.1.2 daddr=10.88.1.1 saddrv6=::ffff:10.88.1.2 daddrv6=::ffff:10.88.1.1',
      {
        kind: 'syn-ack-retransmission',
        local: { family: 'ipv4', address: '10.88.1.2', port: 9000 },
        remote: { family: 'ipv4', address: '10.88.1.1', port: 41002 },
      },
    ],
    [
      '     kworker/0:1-9       [000] ..s1.   12.5: tcp_retransmit_skb: skbaddr=00000000f9a1 skaddr=0000000021 family=AF_INET6 sport=40000 dport=443 saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=fd00::1 daddrv6=fd00::2 state=TCP_SYN_SENT err=0',
      {
        kind: 'syn-retransmission',
        local: { family: 'ipv6', address: 'fd00::1', port: 40_000 },
        remote: { family: 'ipv6', address: 'fd00::2', port: 443 },
        state: 'SYN_SENT',
      },
    ],
    [
      'a b [1] c: d-77    [000] ..s1.   12.5: tcp_send_reset: skbaddr=0 skaddr=0 src=[fd00::1]:80 dest=[fd00::2]:5 state=TCP_LISTEN reason=TCP_FLAGS',
      {
        kind: 'reset-sent',
        local: { family: 'ipv6', address: 'fd00::1', port: 80 },
        remote: { family: 'ipv6', address: 'fd00::2', port: 5 },
        state: 'LISTEN',
        reason: 'TCP_FLAGS',
      },
    ],
    [
      '  x-1  [003] ..s1. 1.0: kfree_skb: skbaddr=0 rx_sk=0 protocol=2048 location=tcp_v4_rcv+0x1/0x2 reason: TCP_LISTEN_OVERFLOW',
      { kind: 'listen-overflow-drop', reason: 'TCP_LISTEN_OVERFLOW' },
    ],
  ] as const)('%s', (line, event) => {
    expect(parseTraceLine(line)).toEqual({ event });
  });

  it('counts what did not fit, and passes over the rest', () => {
    expect(parseTraceLine('CPU:1 [LOST 12 EVENTS]')).toEqual({ lost: 12 });
    for (const line of ['', '# tracer: nop', 'x-1 [0] . 1.0: sched_switch: a=1', 'tcp_send_reset: src=1'])
      expect(parseTraceLine(line)).toBeUndefined();
  });
});

/** tracefs is mounted for this one process, and a connection to a port where nobody listens is refused over both families. */
const script = `
  import { createConnection } from 'node:net';
  import { mkdirSync, existsSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { TcpTrace } from '${new URL('../../build/kernel/tracefs/tcp-trace.js', import.meta.url)}';
  const leftOver = '/sys/kernel/tracing/instances/halfopen-4194999';
  mkdirSync(leftOver);
  const opened = TcpTrace.open();
  if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
  for (const host of ['127.0.0.1', '::1']) createConnection(9, host).on('error', () => {});
  await sleep(300);
  const events = [];
  const { lost } = opened.value.read((event) => events.push(event));
  opened.value.close();
  const folders = [leftOver, '/sys/kernel/tracing/instances/halfopen-' + process.pid].filter((one) => existsSync(one));
  console.log(JSON.stringify({ missing: opened.value.missing, events, lost, folders }));
`;

describe.skipIf(process.getuid?.() !== 0)('tracepoints of this kernel (root)', () => {
  it('tell who was reset, and leave nothing', async () => {
    const mounted = 'mount -t tracefs nodev /sys/kernel/tracing && exec "$@"';
    const { stdout } = await run('unshare', [
      ...[
        '--mount',
        '--net',
        '--propagation',
        'private',
        'sh',
        '-c',
        `ip link set lo up && ${mounted}`,
        'sh',
      ],
      ...[process.execPath, '--input-type=module', '-e', script],
    ]);
    const told: { events: TcpTraceEvent[]; missing: unknown[]; lost: number; folders: string[] } =
      JSON.parse(stdout);
    expect(told).toMatchObject({ missing: [], lost: 0, folders: [] });
    for (const address of ['127.0.0.1', '::1'])
      expect(told.events).toContainEqual(
        expect.objectContaining({
          kind: 'reset-sent',
          reason: 'NO_SOCKET',
          local: expect.objectContaining({ address, port: 9 }),
        }),
      );
  });

  it('say what is missing where tracefs is not mounted', async () => {
    const hidden = 'umount /sys/kernel/tracing 2>/dev/null; umount /sys/kernel/debug 2>/dev/null; exec "$@"';
    const asks = `
      import { TcpTrace } from '${new URL('../../build/kernel/tracefs/tcp-trace.js', import.meta.url)}';
      console.log(JSON.stringify(TcpTrace.open()));`;
    const { stdout } = await run('unshare', [
      ...['--mount', '--propagation', 'private', 'sh', '-c', hidden, 'sh'],
      ...[process.execPath, '--input-type=module', '-e', asks],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'absent',
      because: expect.stringMatching(/not mounted/),
    });
  });
});
