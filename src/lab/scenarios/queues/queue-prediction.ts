import { type KernelVersion, kernelLine, kernelRelease } from '../../../tcp/model/kernel-version.ts';
import { type Prediction, predictionSchemaVersion } from '../../../tcp/prediction.ts';
import { acceptQueueCapacity, synQueueCapacity } from '../../../tcp/queue-limits.ts';
import type { SettingValues } from '../../../tcp/setting.ts';
import { kernelNumber } from './queue-settings.ts';

type Said = Pick<Prediction, 'events' | 'outcome' | 'because'> & { readonly answer: string };

/** The queues of one listener with this limit, and what becomes of one client. */
export function queuePrediction(
  values: SettingValues,
  kernel: KernelVersion,
  limit: number,
  said: Said,
): Prediction {
  const syncookies = kernelNumber(values, 'tcp_syncookies');
  const maxSynBacklog = kernelNumber(values, 'tcp_max_syn_backlog');
  const synQueue = synQueueCapacity({
    limit,
    syncookies,
    maxSynBacklog,
    kernelRelease: kernelRelease(kernel),
  });
  return {
    schemaVersion: predictionSchemaVersion,
    model: 'queues',
    kernel: kernelLine(kernel),
    inputs: values,
    events: said.events,
    outcome: said.outcome,
    limits: { acceptQueue: acceptQueueCapacity(limit), synQueue },
    answer: said.answer,
    because: [
      `The listener's limit is ${limit}: the smaller of backlog and somaxconn when it called listen() (__sys_listen_socket()).`,
      `${acceptQueueCapacity(limit)} complete connections fit, one more than the limit (sk_acceptq_is_full()).`,
      synQueueRule(synQueue, syncookies),
      ...said.because,
    ],
  };
}

function synQueueRule(synQueue: number, syncookies: number): string {
  if (syncookies === 2) return 'tcp_syncookies=2: no half-open request is kept (tcp_conn_request()).';
  if (syncookies === 0)
    return `${synQueue} half-open requests fit; without cookies further SYNs are dropped (inet_csk_reqsk_queue_is_full(), tcp_conn_request()).`;
  return `${synQueue} half-open requests fit; further SYNs get a cookie (inet_csk_reqsk_queue_is_full()).`;
}
