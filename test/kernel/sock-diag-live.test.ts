import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { extensions } from '../../src/kernel/netlink/sock-diag-request.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import { readTcpTable } from '../../src/kernel/procfs/tcp-table.ts';
import type { Family, TcpSocket, TcpState } from '../../src/tcp/socket.ts';
import { tcpStates } from '../../src/tcp/socket.ts';
import { EveryState, stagedPorts, stagedStates } from '../staging/every-state.ts';

const families = ['ipv4', 'ipv6'] as const;
const everyState = tcpStates.filter((state): state is TcpState => !['UNKNOWN', 'CLOSE'].includes(state));

describe.skipIf(process.getuid?.() !== 0)('sock_diag of this kernel (staging needs root)', () => {
  let staged: EveryState;
  let diag: SockDiag;
  beforeAll(async () => {
    staged = await EveryState.stage();
    const opened = SockDiag.open(staged.server.path);
    if (opened.status !== 'ok') throw new Error(opened.status);
    diag = opened.value;
  });
  afterAll(() => {
    diag?.close();
    staged?.[Symbol.dispose]();
  });

  const dump = (family: Family, ports: readonly number[] = [], states = everyState): TcpSocket[] => {
    const shown: TcpSocket[] = [];
    expect(
      diag.dump({ family, states, extensions: 0, ports }, (message) => shown.push(message.toSocket())),
    ).toMatchObject({ status: 'ok' });
    return shown;
  };
  const cookies = (sockets: readonly TcpSocket[]): string[] =>
    sockets.map((socket) => socket.cookie).toSorted();

  describe.each(families)(
    '%s: the port filter in the kernel gives what a filter here would give',
    (family) => {
      const { waiting, busy, halfOpen, serverCloses, filtered } = stagedPorts;
      it.each([
        ['one local port', [waiting]],
        ['a port with requests', [halfOpen]],
        ['a port with TIME_WAIT', [serverCloses]],
        ['a remote port', [filtered]],
        ['local and remote ports', [filtered, busy]],
        ['several', [busy, waiting, halfOpen, serverCloses]],
        ['one twice', [busy, busy]],
        ['some that nobody uses', [1, 65_535, busy, 2]],
        ['none that anybody uses', [1, 65_535]],
        ['two hundred', [...Array.from({ length: 199 }, (_, index) => 20_000 + index), waiting]],
      ])('%s', (_name, ports) => {
        const expected = dump(family).filter(
          (socket) => ports.includes(socket.localPort) || ports.includes(socket.remotePort),
        );
        expect(cookies(dump(family, ports))).toEqual(cookies(expected));
        if (ports.some((port) => Object.values<number>(stagedPorts).includes(port)))
          expect(expected.length).toBeGreaterThan(0);
        else expect(expected).toEqual([]);
      });

      it("a client's own port", () => {
        const connection = dump(family).find(
          (socket) => socket.state === 'ESTABLISHED' && socket.localPort === busy,
        );
        expect(cookies(dump(family, [connection?.remotePort ?? 0]))).toEqual([connection?.cookie]);
      });

      it.each(Object.keys(stagedStates) as TcpState[])('together with the state %s', (state) => {
        const ports = Object.values(stagedPorts);
        expect(dump(family, ports, [state])).toHaveLength(stagedStates[state] ?? -1);
        expect(cookies(dump(family, ports, [state]))).toEqual(cookies(dump(family, [], [state])));
      });
    },
  );

  it('shows the same sockets as /proc/net/tcp and tcp6', () => {
    const table = inNamespace(staged.server.path, () => readTcpTable('/proc/thread-self/net'));
    const endpoints = ({
      state,
      localAddress,
      localPort,
      remoteAddress,
      remotePort,
      inode,
    }: TcpSocket): string => `${state} ${localAddress} ${localPort} ${remoteAddress} ${remotePort} ${inode}`;
    const byDiag = families.flatMap((family) => dump(family)).map(endpoints);
    expect(table.status === 'ok' && table.value.map(endpoints).toSorted()).toEqual(byDiag.toSorted());
  });

  it('tcp_info and memory come when asked for, and only then', () => {
    const shown: TcpSocket[] = [];
    diag.dump(
      { family: 'ipv4', states: ['ESTABLISHED'], extensions: extensions.info | extensions.skMemInfo },
      (message) => shown.push(message.toSocket()),
    );
    expect(shown).toHaveLength(stagedStates.ESTABLISHED ?? -1);
    expect(shown.every((socket) => socket.info !== undefined && socket.drops === 0)).toBe(true);
    expect(dump('ipv4').every((socket) => socket.info === undefined && socket.drops === undefined)).toBe(
      true,
    );
  });

  it('after an error the same socket serves the next dump', () => {
    let shown = 0;
    expect(() =>
      diag.dump({ family: 'ipv4', states: everyState, extensions: 0 }, () => {
        shown++;
        throw new Error('the visitor fails');
      }),
    ).toThrow('the visitor fails');
    expect(shown).toBe(1);
    expect(dump('ipv4').length).toBe(Object.values(stagedStates).reduce((sum, count) => sum + count, 0));
  });
});

describe('sock_diag without privileges', () => {
  it('a namespace that does not exist: denied, not thrown', () => {
    expect(SockDiag.open('/nonexistent')).toMatchObject({
      status: 'denied',
      needs: expect.stringContaining('/nonexistent'),
    });
  });
});
