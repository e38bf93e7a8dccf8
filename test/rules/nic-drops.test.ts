import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectNamespaces, type Link } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';
import { sendStrangeFrames } from '../staging/send-frames.ts';

const PORT = 9200;
const families = {
  ipv4: { any: '0.0.0.0', server: '10.90.0.2' },
  ipv6: { any: '::', server: 'fd90::2' },
} as const;

/** Twenty clients that send 1,380 bytes five times a second; `meanwhile` happens at the beginning of the window. */
async function stage(
  family: 'ipv4' | 'ipv6',
  watched: 'server' | 'client',
  meanwhile: (link: Link) => void,
  more: readonly string[] = [],
): Promise<DoctorRun & { readonly link: Link }> {
  using server = LabNamespace.create('nic');
  using client = LabNamespace.create('nic');
  const link = connectNamespaces(client, server);
  const { any, server: to } = families[family];
  await server.spawn('listener', { address: any, port: PORT, backlog: 128, read: true }).ready;
  const sending = { count: 20, sendBytes: 1380, sendEveryMs: 200, holdMs: 20_000 } as const;
  await client.spawn('clients', { to, port: PORT, ...sending }).ready;
  await sleep(150);
  const doctor = runDoctor(watched === 'server' ? server.name : client.name, ['--for', '1500ms', ...more]);
  await sleep(650); // The doctor has started to watch.
  meanwhile(link);
  return { ...(await doctor), link };
}

const shrinkReceiver = ({ b }: Link): void => {
  b.namespace.run('ip', ['link', 'set', 'dev', b.device, 'mtu', '1300']);
};

describe.skipIf(process.getuid?.() !== 0)('nic-drops (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: the MTU of the receiving end is smaller than the segments', async () => {
      const run = await stage(family, 'server', shrinkReceiver);
      expect(run.finding('nic-drops')).toMatchObject({
        severity: 'warning',
        cause: { id: 'receive-dropped' },
        subject: { interface: run.link.b.device, direction: 'received', counter: 'dropped' },
      });
    });

    it('experiment: the same with a capture, which rules out strange protocols', async () => {
      const run = await stage(family, 'server', shrinkReceiver, ['--capture', 'always']);
      expect(run.finding('nic-drops')).toMatchObject({ severity: 'warning', confidence: 'likely' });
      expect(run.finding('nic-drops')?.ruledOut.map(({ id }) => id)).toContain('unknown-protocol');
    });

    it('experiment: the same, seen by the sender', async () => {
      const run = await stage(family, 'client', shrinkReceiver);
      expect(run.finding('nic-drops')).toMatchObject({
        severity: 'warning',
        cause: { id: 'send-dropped' },
        subject: { interface: run.link.a.device, direction: 'sent', counter: 'dropped' },
      });
    });

    it('counter-experiment: five frames of a protocol that the host does not speak', async () => {
      const run = await stage(family, 'server', ({ a, b }) => sendStrangeFrames(a, b, 5));
      const finding = run.finding('nic-drops');
      // The kernel does count them as dropped: this is no test of nothing.
      expect(finding?.evidence.find(({ name }) => name === 'received.dropped')?.value).toBe(5);
      expect(finding?.severity).toBe('info');
      expect(run.alarms).toEqual([]);
    });

    it('counter-experiment: two hundred of them while a capture runs are not counted at all', async () => {
      const many = ({ a, b }: Link): void => sendStrangeFrames(a, b, 200);
      const run = await stage(family, 'server', many, ['--capture', 'always']);
      expect(run.finding('nic-drops')).toBeUndefined();
    });
  });
});
