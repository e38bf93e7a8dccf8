import { formatCount } from '../../base/units.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import type { ClientsDone } from '../programs/options.ts';
import type { ExpectedFindings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { TunLink } from '../tun-link.ts';
import { downloadSettings } from './segments/download-settings.ts';
import { serverSegments, shortestWithLoss } from './segments/resends.ts';

const DOCTOR_MS = 4000;
/** What a download may take at most beyond the last one's start. */
const LONGEST_MS = 20_000;
/** From this loss on the doctor has enough to speak of. */
const NOTABLE_PERCENT = 3;

/** Downloads over a path that loses or delays: what is sent again, and how often for nothing. */
export const retransmissions: Scenario = {
  name: 'retransmissions',
  purpose: 'Data is sent again: because it was lost on the way, or only late and taken for lost.',
  settings: downloadSettings,
  sysctls: {
    'net.ipv4.tcp_retries2': 15,
    'net.ipv4.tcp_sack': 1,
    'net.ipv4.tcp_dsack': 1,
    'net.ipv4.tcp_recovery': 1,
    'net.ipv4.tcp_early_retrans': 3,
    'net.ipv4.tcp_no_metrics_save': 1,
  },
  // What is lost is left to chance: the checks compare what was sent again with what the wire lost.
  predict: () => null,
  findings,
  play: async (stage) => {
    const congestionControl = stage.text('congestionControl');
    const bytes = stage.number('bytes');
    const count = stage.number('connections');
    const ratePerSecond = stage.number('ratePerSecond');
    await stage.listen({
      backlog: 1024,
      read: true,
      replyBytes: bytes,
      ...(congestionControl === 'unchanged' ? {} : { congestionControl }),
    });
    if (stage.text('cause') === 'spurious') await makeLate(stage);
    const clients = stage.clients({
      count,
      ratePerSecond,
      sendBytes: 10,
      awaitReplyBytes: bytes,
      maxMs: (count / ratePerSecond) * 1000 + LONGEST_MS,
    });
    await clients.ready;
    stage.tell(`${ratePerSecond} downloads of ${formatCount(bytes)} bytes begin every second`);
    await stage.wait(300);
    const doctor = stage.diagnose('server', DOCTOR_MS);
    const done = await stage.ended(clients.done);
    await doctor;
    await allQuiet(stage);
    check(stage, done);
  },
};

function findings(values: SettingValues): ExpectedFindings {
  const lasts = (1000 * numberOf(values, 'connections')) / numberOf(values, 'ratePerSecond') >= DOCTOR_MS;
  const segments = (numberOf(values, 'ratePerSecond') * numberOf(values, 'bytes') * DOCTOR_MS) / 1000 / 1400;
  const loss = numberOf(values, 'lossPercent');
  const isNotable =
    values.cause !== 'packet-loss' || (loss >= NOTABLE_PERCENT && (segments * loss) / 100 > 60);
  const isQuiet =
    values.cause === 'packet-loss' &&
    ['lossPercent', 'jitterMs', 'reorderPercent', 'duplicatePercent'].every(
      (name) => numberOf(values, name) === 0,
    );
  return {
    expected: isNotable && lasts && loss < 50 ? ['retransmissions'] : [],
    forbidden: [
      ...(isQuiet ? ['retransmissions'] : []),
      'accept-queue-overflow',
      'close-wait-leak',
      'paws-rejections',
    ],
  };
}

/** Late packets instead of lost ones: the sender takes what is overtaken for lost (RACK, RFC 8985), the receiver has it in the end. */
async function makeLate(stage: Stage): Promise<void> {
  const { link } = stage;
  if (!(link instanceof TunLink))
    throw new RangeError('cause=spurious needs a link with a delay: set delayMs');
  const late = { reorderPercent: stage.number('latePercent'), reorderByMs: stage.number('lateMs') };
  await link.change({ lossPercent: 0, toClient: late });
  stage.tell(`${stage.number('latePercent')} % of the packets are ${stage.number('lateMs')} ms late`);
}

/** A lost FIN is still sent again when its download is complete; and what is under way is not lost. */
async function allQuiet(stage: Stage): Promise<void> {
  const isOver = (): boolean => {
    const { TIME_WAIT: _, ...others } = stage.sample('server').states;
    return Object.keys(others).length === 0;
  };
  await stage.until(isOver, LONGEST_MS);
  await stage.wait(200 + stage.number('delayMs') + stage.number('jitterMs') + stage.number('lateMs'));
}

function check(stage: Stage, done: ClientsDone): void {
  const count = stage.number('connections');
  const completed = done.roundTripMs?.count ?? 0;
  const packets = stage.packets();
  const { sent, repeated, lost } = serverSegments(packets);
  const counters = stage.counters('server');
  const resent = counters('Tcp.RetransSegs');
  const cause = stage.text('cause');
  stage.checkExact('downloads that were complete', count, completed, 'downloads');
  stage.checkExact('sent again (RetransSegs)', repeated, resent, 'segments');
  stage.checkBetween(
    'sent again at least as often as lost',
    [lost, sent],
    resent,
    'segments',
    'every download is complete, so that whatever was lost came again; late and duplicate ACKs add more',
  );
  const told = stage.reports.flatMap((report) => report.findings).find(({ id }) => id === 'retransmissions');
  if (told) stage.checkExact("the doctor's cause", cause, told.cause.id);
  const port = shortestWithLoss(packets);
  stage.draw(({ clientPort }) => clientPort === port);
  const result = `${formatCount(lost)} of ${formatCount(sent)} segments were lost, ${formatCount(resent)} sent again`;
  stage.conclude(result);
  stage.tell(result);
  stage.metric('time for a download, median', Math.round(done.roundTripMs?.median ?? 0), 'ms', 'less');
  stage.metric('time for a download, longest', Math.round(done.roundTripMs?.max ?? 0), 'ms', 'less');
  stage.metric('segments sent again', resent, 'segments', 'less');
  stage.metric('share sent again', Math.round((1000 * resent) / Math.max(1, sent)) / 10, '%', 'less');
}
