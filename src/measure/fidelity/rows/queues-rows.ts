import { acceptQueueOverflow } from '../../../lab/scenarios/accept-queue-overflow.ts';
import { dropSignatures } from '../../../tcp/model/drop-signatures.ts';
import { acceptQueueCapacity } from '../benches/accept-queue-capacity.ts';
import { freshNamespace, sysctlNames } from '../benches/fresh-namespace.ts';
import { listenDrops } from '../benches/listen-drops.ts';
import { synQueueCapacity } from '../benches/syn-queue-capacity.ts';
import { type FidelityRow, rowsOf } from '../fidelity-row.ts';

/** A listener's queues, what refused segments count, and the kernel's defaults. */
export const queuesRows: readonly FidelityRow[] = [
  ...rowsOf(
    'Accept queue: capacity',
    acceptQueueCapacity,
    [0, 1, 2, 4, 37, 128, 511].map((backlog) => [`backlog=${backlog}`]),
  ),
  ...rowsOf(
    'Accept queue: capacity',
    acceptQueueCapacity,
    [
      ['backlog=256', 'somaxconn=32'],
      ['backlog=-1', 'somaxconn=100'],
    ],
    ['ipv4'],
  ),
  ...rowsOf(
    'What one refused segment counts',
    listenDrops,
    Object.keys(dropSignatures).map((event) => [
      `event=${event}`,
      ...(event.includes('ack-accept') ? ['delayMs=20'] : []),
    ]),
  ),
  ...rowsOf(
    'SYN queue: capacity',
    synQueueCapacity,
    [8, 64, 256, 2000].flatMap((backlog) =>
      [16, 128, 1024].flatMap((most) =>
        [0, 1].map((cookies) => [
          `backlog=${backlog}`,
          `tcp_max_syn_backlog=${most}`,
          `tcp_syncookies=${cookies}`,
        ]),
      ),
    ),
    ['ipv4'],
  ),
  ...rowsOf('SYN queue: capacity', synQueueCapacity, [
    ['backlog=64', 'tcp_syncookies=2'],
    ['backlog=256', 'somaxconn=32', 'tcp_syncookies=0', 'tcp_max_syn_backlog=1024'],
    ['backlog=0', 'tcp_syncookies=1'],
    ['backlog=1', 'tcp_syncookies=0'],
    ...[1, 2, 3, 4, 5, 7, 10].map((most) => [
      'backlog=256',
      'tcp_syncookies=0',
      `tcp_max_syn_backlog=${most}`,
    ]),
    ['backlog=700', 'tcp_syncookies=0', 'tcp_max_syn_backlog=333'],
    ['backlog=91', 'tcp_syncookies=3'],
  ]),
  ...rowsOf('Accept queue: what becomes of the others', acceptQueueOverflow, [
    ['delayMs=20', 'backlog=8', 'senders=5', 'waitingFirst=8', 'tcp_synack_retries=2'],
    ['delayMs=20', 'backlog=8', 'senders=5', 'waitingFirst=8', 'tcp_synack_retries=2', 'client=sends'],
    ['delayMs=20', 'backlog=8', 'senders=5', 'waitingFirst=8', 'tcp_abort_on_overflow=1'],
    ['delayMs=20', 'backlog=8', 'senders=5', 'waitingFirst=8', 'tcp_syncookies=2'],
    ['backlog=4', 'senders=25', 'tcp_syncookies=0'],
    ['backlog=61', 'senders=100', 'arrivalsPerSecond=400'],
  ]),
  ...rowsOf(
    'Defaults of a new namespace',
    freshNamespace,
    sysctlNames.map((name) => [`parameter=${name}`]),
    ['ipv4'],
  ),
];
