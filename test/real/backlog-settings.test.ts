import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { realPrograms } from './real-programs.ts';
import { isInstalled, RunningServer } from './running-server.ts';

const backlog = 3000;
const port = 8080;
/** A reload that does nothing to the limit cannot be waited for. */
const reloadMs = 1500;

describe.skipIf(process.getuid?.() !== 0)(
  'the backlog of a running program (needs root and Debian packages)',
  () => {
    describe.each(realPrograms)('$name', (program) => {
      it.skipIf(!isInstalled(program.needs)).each([
        { family: 'ipv4', address: '127.0.0.1' },
        { family: 'ipv6', address: '::1' },
      ])(
        '$family: is found, is what the kernel has, is changed as the catalogue says',
        async ({ family, address }) => {
          await using server = new RunningServer(program);
          await server.start(address, port);
          const before = server.listener(address, port)?.sendQueue ?? -1;
          const found = await server.find(address, port, backlog);
          const { server: known, answer } = found;
          expect(known?.id).toBe(program.id);
          if ('refused' in answer) throw new Error(JSON.stringify(answer));
          expect(answer.present).toBe(before);

          server.write(found, answer.edit);
          server.check();
          const [measured] = known?.measured ?? [];
          const reloadApplies = program.reload && measured?.reloadApplies;
          const applies = reloadApplies === 'yes' || (reloadApplies === 'IPv6 only' && family === 'ipv6');
          await server.reload(address, port);
          if (applies) await server.untilLimit(address, port, backlog);
          else {
            await sleep(reloadMs);
            expect(server.listener(address, port)?.sendQueue).toBe(before);
            await server.restart(address, port);
            expect(server.listener(address, port)?.sendQueue).toBe(backlog);
          }
          const again = await server.find(address, port, backlog);
          expect(again.answer).toMatchObject({ present: backlog });
        },
      );
    });
  },
);
