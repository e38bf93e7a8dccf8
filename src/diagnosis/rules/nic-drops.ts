import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut } from '../../tcp/finding.ts';
import type { InterfaceCounters, LinkCounters } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { perSecond, windowMs } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { namespaceCommand, namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';

/** As a share of the packets of that direction; TCP's throughput suffers from here on. */
const HARMFUL_SHARE = 0.001;
const HARMFUL_DROPS = 10;
/** Switches and routers announce themselves every second or two, in protocols hosts do not speak: drops that mean nothing. */
const HARMFUL_PER_SECOND = 2;

/** An interface lost packets: by lack of room, by errors on the wire, or because nobody wanted them. */
export const nicDrops = defineRule({
  id: 'nic-drops',
  summary: 'a network interface drops packets or counts errors',
  needs: ['interfaces'],
  scope: 'namespace',
  judge: (view) => {
    const ends = readingValue(view.namespace.interfaces);
    const findings = (ends?.after ?? []).flatMap((after) => {
      const before = ends?.before.find(({ name }) => name === after.name);
      return before ? judgeInterface(view, before, after) : [];
    });
    return { findings };
  },
});

type CauseId =
  | 'receive-ring-full'
  | 'receive-errors'
  | 'packet-queue-full'
  | 'receive-dropped'
  | 'send-dropped'
  | 'send-errors';

interface Loss {
  readonly cause: CauseId;
  readonly direction: 'received' | 'sent';
  readonly counter: 'dropped' | 'fifo' | 'errors';
  readonly count: number;
  /** Of the packets of that direction, lost ones included. */
  readonly share: number;
}

function judgeInterface(
  view: RuleView,
  before: InterfaceCounters,
  after: InterfaceCounters,
): readonly Finding[] {
  const losses = [...lossesOf(view, 'received', before, after), ...lossesOf(view, 'sent', before, after)];
  if (losses.length === 0) return [];
  const harmful = losses.filter((loss) => isHarmful(view, loss));
  const [worst] = (harmful.length > 0 ? harmful : losses).sort((a, b) => b.count - a.count);
  return worst ? [describe(view, after.name, { worst, losses, alarming: harmful.length > 0 })] : [];
}

function lossesOf(
  view: RuleView,
  direction: Loss['direction'],
  before: InterfaceCounters,
  after: InterfaceCounters,
): readonly Loss[] {
  const risen = (name: keyof LinkCounters): number => after[direction][name] - before[direction][name];
  return (['fifo', 'errors', 'dropped'] as const).flatMap((counter): Loss[] => {
    const count = risen(counter);
    if (count <= 0) return []; // Below zero: the device was made anew under the same name.
    const share = count / (count + Math.max(0, risen('packets')));
    return [{ cause: causeIdOf(view, direction, counter, count), direction, counter, count, share }];
  });
}

function causeIdOf(
  view: RuleView,
  direction: Loss['direction'],
  counter: Loss['counter'],
  count: number,
): CauseId {
  if (direction === 'sent') return counter === 'dropped' ? 'send-dropped' : 'send-errors';
  if (counter === 'fifo') return 'receive-ring-full';
  if (counter === 'errors') return 'receive-errors';
  return softnetDropped(view) >= count * 0.95 ? 'packet-queue-full' : 'receive-dropped';
}

/** enqueue_to_backlog() counts a packet it has no room for in softnet_stat and at the receiving device. */
function softnetDropped(view: RuleView): number {
  const softnet = readingValue(view.observation.softnet);
  const sum = (rows: readonly { readonly dropped: number }[] = []): number =>
    rows.reduce((total, row) => total + row.dropped, 0);
  return sum(softnet?.after) - sum(softnet?.before);
}

/** `dropped` is the one counter that rises for packets nobody needs; fifo and errors are losses always. */
function isHarmful(view: RuleView, { counter, count, share }: Loss): boolean {
  if (count < HARMFUL_DROPS) return counter !== 'dropped' && count >= 3 && share >= HARMFUL_SHARE;
  if (counter !== 'dropped') return true;
  return share >= HARMFUL_SHARE && perSecond(view, count) >= HARMFUL_PER_SECOND;
}

interface Verdict {
  readonly worst: Loss;
  readonly losses: readonly Loss[];
  readonly alarming: boolean;
}

function describe(view: RuleView, name: string, { worst, losses, alarming }: Verdict): Finding {
  const verb = worst.direction === 'received' ? 'receives' : 'sends';
  const what =
    worst.counter === 'dropped' ? 'dropped' : worst.counter === 'fifo' ? 'lost to a full ring' : 'bad';
  return {
    id: 'nic-drops',
    severity: alarming ? 'warning' : 'info',
    confidence: confidenceOf(view, worst.cause),
    namespace: view.namespace.inode,
    subject: { interface: name, direction: worst.direction, counter: worst.counter },
    title: `interface ${name} of ${namespaceText(view)} loses packets it ${verb}: ${plural(worst.count, 'packet')} ${what} (${formatShare(worst.share)})`,
    explanation: explanations[worst.cause],
    cause: { id: worst.cause, title: causeTitles[worst.cause] },
    evidence: evidenceFor(name, losses),
    ruledOut: worst.cause === 'receive-dropped' && captured(view) ? [strangeProtocols] : [],
    remedies: [...remediesFor(view, name, worst.cause), listenerKnobs],
    // A private link has no ring, no driver and no cable; a wrong MTU alone would make no scenario.
    experiment: noExperiment,
  };
}

/** What a driver means by `dropped` is its own business; the other counters are plain. */
function confidenceOf(view: RuleView, cause: CauseId): Finding['confidence'] {
  if (cause === 'receive-dropped') return captured(view) ? 'likely' : 'possible';
  return cause === 'send-dropped' || cause === 'packet-queue-full' ? 'likely' : 'certain';
}

/**
 * While a packet socket takes all protocols, a frame of an unknown one has a receiver and is not counted as dropped
 * (__netif_receive_skb_core(): the last handler gets it; only without any the drop is counted).
 */
function captured(view: RuleView): boolean {
  const sample = readingValue(view.namespace.packets);
  return sample !== undefined && sample.durationMs >= windowMs(view) * 0.9;
}

const strangeProtocols: RuledOut = {
  id: 'unknown-protocol',
  because:
    'a capture ran all the time, and while one does, frames of unknown protocols do not count as dropped',
};

const causeTitles: Readonly<Record<CauseId, string>> = {
  'receive-ring-full': 'the receive ring is full: the host does not fetch packets fast enough',
  'receive-errors': 'packets arrive damaged',
  'packet-queue-full': 'the packet queue of a CPU is full (softnet_stat counts the same drops)',
  'receive-dropped':
    'packets were received and thrown away: no room, too large, or a protocol nobody listens to',
  'send-dropped':
    'the device did not take what was sent: nobody reads at the other end, or it is too large there',
  'send-errors': 'the device fails to send',
};

const explanations: Readonly<Record<CauseId, string>> = {
  'receive-ring-full':
    'The card had no free descriptor to put a packet in. Every loss is repaired by a retransmission, 200 ms later at best, a second later for a SYN.',
  'receive-errors':
    'Checksum or framing errors come from cable, optics, connector or a mismatch of speed and duplex; switches in between count them as well.',
  'packet-queue-full':
    "Packets of this device wait in a CPU's queue (net.core.netdev_max_backlog) before the stack sees them, and it overflowed: see softnet-drops.",
  'receive-dropped':
    'The kernel counts here what a driver had no memory for, and frames larger than the MTU of the receiving end of a veth pair: these hurt. It also counts frames of protocols it does not speak (LLDP, spanning tree, other VLANs): these do not, and come a few times a second at most.',
  'send-dropped':
    'A veth pair counts here what its other end refused (a smaller MTU, a full packet queue), a tun or tap device what the program behind it (VPN, virtual machine) was too slow to read.',
  'send-errors': 'Carrier, tunnel route or driver: the packets never left the host.',
};

function evidenceFor(name: string, losses: readonly Loss[]): readonly Evidence[] {
  return losses.map(({ direction, counter, count, share }) => ({
    source: '/proc/net/dev',
    name: `${direction}.${counter}`,
    value: count,
    unit: 'packets',
    note: `${name} ${direction}, ${counter}: ${formatCount(count)} in the window, ${formatShare(share)} of its packets`,
  }));
}

function remediesFor(view: RuleView, name: string, cause: CauseId): readonly Remedy[] {
  const look = (command: string, effect: string): Remedy => ({
    kind: 'process',
    summary: 'look where exactly they are lost',
    command: namespaceCommand(view, command),
    effect,
    risk: 'none: reading only',
  });
  switch (cause) {
    case 'receive-ring-full':
      return [
        {
          kind: 'architecture',
          summary: 'a longer receive ring, and more queues for more CPUs',
          command: namespaceCommand(view, `ethtool -G ${name} rx 4096`),
          effect: 'the card holds more packets while the CPU is away',
          risk: 'some drivers take the link down for a moment',
        },
        look(`ethtool -S ${name}`, "the driver's own counters name the queue"),
      ];
    case 'packet-queue-full':
      return [
        {
          kind: 'sysctl',
          summary: 'see softnet-drops: spread the packets over CPUs, or lengthen the queue',
          command: 'halfopen explain softnet-drops',
          effect: '',
          risk: '',
        },
      ];
    case 'receive-errors':
    case 'send-errors':
      return [look(`ethtool -S ${name}`, 'crc, length, carrier and fifo errors one by one')];
    case 'receive-dropped':
    case 'send-dropped':
      return [
        ...(cause === 'receive-dropped' && !captured(view) ? [tellApart] : []),
        {
          kind: 'architecture',
          summary: 'the same MTU at both ends of every link, veth pair and tunnel',
          command: namespaceCommand(view, `ip -details link show dev ${name}`),
          effect: 'full-sized segments get through: connections no longer hang right after the handshake',
          risk: 'none: reading only; change it with ip link set dev DEVICE mtu N',
        },
        look(
          `ip -stats -stats link show dev ${name}`,
          'splits the drops into kinds: missed, fifo, over, nohandler',
        ),
      ];
  }
}

const tellApart: Remedy = {
  kind: 'process',
  summary:
    'watch once more with a capture: if the drops are gone, they were frames of protocols the host does not speak',
  command: 'halfopen doctor --capture always',
  effect: 'what is still counted was really lost',
  risk: 'none: reading only',
};

const listenerKnobs: Remedy = {
  kind: 'none',
  idle: ['net.core.somaxconn', 'backlog'],
  summary: 'somaxconn, backlogs and SYN settings change nothing: these packets never reach TCP',
  command: '',
  effect: '',
  risk: '',
};
