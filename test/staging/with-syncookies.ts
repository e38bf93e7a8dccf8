import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from './run-doctor.ts';

export const listenAddresses = {
  ipv4: { any: '0.0.0.0', loopback: '127.0.0.1' },
  ipv6: { any: '::', loopback: '::1' },
} as const;

/** What the doctor says of one listener under this setting. */
export async function look(address: string, tcpSyncookies: number): Promise<DoctorRun> {
  using namespace = LabNamespace.create('cookies');
  namespace.setSysctl('net.ipv4.tcp_syncookies', tcpSyncookies);
  await namespace.spawn('listener', { address, port: 80, backlog: 64 }).ready;
  return await runDoctor(namespace.name, ['--for', '300ms']);
}
