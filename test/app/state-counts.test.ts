import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countStatesCheaply } from '../../src/app/state-counts.ts';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { Family, TcpState } from '../../src/tcp/socket.ts';
import { tcpStates } from '../../src/tcp/socket.ts';
import { EveryState, stagedStates } from '../staging/every-state.ts';

const families: readonly Family[] = ['ipv4', 'ipv6'];
const everyState = tcpStates.filter((state): state is TcpState => !['UNKNOWN', 'CLOSE'].includes(state));

/** ESTABLISHED is not dumped but derived from Tcp.CurrEstab: it must be the number that a full dump gives. */
describe.skipIf(process.getuid?.() !== 0)(
  'sockets by state without dumping all of them (staging needs root)',
  () => {
    const open = (namespace: LabNamespace): SockDiag => {
      const opened = SockDiag.open(namespace.path);
      if (opened.status !== 'ok') throw new Error(opened.status);
      return opened.value;
    };
    const dumped = (diag: SockDiag, wanted = families): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const family of wanted) {
        diag.dump({ family, states: everyState, extensions: 0 }, (message) => {
          counts[message.state] = (counts[message.state] ?? 0) + 1;
        });
      }
      return counts;
    };
    const derived = (diag: SockDiag, namespace: LabNamespace): Record<string, number> => {
      const counted = countStatesCheaply(diag, namespace.path, families);
      if (counted?.status !== 'ok') throw new Error(`not derived: ${JSON.stringify(counted)}`);
      return Object.fromEntries(
        [...counted.value].flatMap((count, state) => (count > 0 ? [[tcpStates[state], count]] : [])),
      );
    };

    describe('while nothing changes', () => {
      let staged: EveryState;
      beforeAll(async () => {
        staged = await EveryState.stage();
      });
      afterAll(() => staged?.[Symbol.dispose]());

      it('the full dump shows what was staged, on both families', () => {
        using diag = open(staged.server);
        const twice = Object.fromEntries(
          Object.entries(stagedStates).map(([state, count]) => [state, count * 2]),
        );
        expect(dumped(diag)).toEqual(twice);
        for (const family of families) expect(dumped(diag, [family])).toEqual(stagedStates);
      });

      it('the derived counts are the same, time after time', async () => {
        using diag = open(staged.server);
        for (let round = 0; round < 10; round++) {
          expect(derived(diag, staged.server)).toEqual(dumped(diag));
          await sleep(50);
        }
      });

      it('at the clients as well, with their FIN_WAIT2 and CLOSE_WAIT', () => {
        using diag = open(staged.client);
        const counts = derived(diag, staged.client);
        expect(counts).toEqual(dumped(diag));
        expect(counts).toMatchObject({ ESTABLISHED: 14, FIN_WAIT2: 4, CLOSE_WAIT: 4 });
      });

      it('in an empty namespace: nothing', () => {
        using empty = LabNamespace.create('empty');
        using diag = open(empty);
        expect(derived(diag, empty)).toEqual({});
      });
    });

    it('while connections come and go: never negative, never more than there can be, and exact again afterwards', async () => {
      using namespace = LabNamespace.create('churn');
      using diag = open(namespace);
      const [address, port, count] = ['127.0.0.1', 7107, 300];
      await namespace.spawn('listener', { address, port, backlog: 511, read: true, replyBytes: 10 }).ready;
      const clients = namespace.spawn('clients', {
        to: address,
        port,
        count,
        sendBytes: 50,
        repeatEveryMs: 150,
        repeats: 12,
        close: 'fin',
      });
      await clients.ready;
      let ended = false;
      clients.done.then(
        () => {
          ended = true;
        },
        () => {},
      );
      const seen: number[] = [];
      while (!ended && seen.length < 5000) {
        const counts = derived(diag, namespace);
        seen.push(counts.ESTABLISHED ?? 0);
        expect(Object.values(counts).every((number) => Number.isSafeInteger(number) && number > 0)).toBe(
          true,
        );
        await sleep(2);
      }
      expect(seen.length).toBeGreaterThan(20);
      // Two ends of each connection; a client may have opened its next one before the old one is gone.
      expect(Math.max(...seen)).toBeLessThanOrEqual(4 * count);
      expect(Math.max(...seen)).toBeGreaterThan(0);
      await sleep(300);
      expect(derived(diag, namespace)).toEqual(dumped(diag));
    });
  },
);
