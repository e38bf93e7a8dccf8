/** Names of evidence and of what was ruled out, in a reader's words. */

const labels: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'acceptQueue.length': 'accept queue',
    'acceptQueue.limit': 'limit',
    'acceptQueue.peak': 'queue peak',
    'acceptQueue.full': 'full',
    'acceptQueue.peers': 'who waits',
    'acceptQueue.oldestWait': 'oldest waits',
    'acceptQueue.oldestMs': 'oldest waits',
    'acceptQueue.acceptedPerSecond': 'accepting',
    'listener.drops': 'dropped',
    'listener.limitSetBy': 'limit set by',
    'synQueue.length': 'SYN queue',
    'synQueue.limit': 'SYN queue limit',
    'process.state': 'process',
    'process.descriptors': 'descriptors',
    'thread.cpuShare': 'busiest thread',
    drops: 'dropped',
    limitSetBy: 'limit set by',
    synRecv: 'half open',
  }),
);

/** "acceptQueue.length" -> "accept queue"; counters lose their group, other names of the kernel stay as they are. */
export function evidenceLabel(name: string): string {
  const known = labels.get(name);
  if (known !== undefined) return known;
  if (/^(Tcp|TcpExt|Ip|IpExt|Icmp|Udp)\.\w+$/.test(name)) return name.slice(name.indexOf('.') + 1);
  if (/^[A-Z]|^(net|vm|fs|kernel)\.|^\/|_/.test(name)) return name;
  return name
    .replace(/[.-]/g, ' ')
    .replace(
      /([a-z\d])([A-Z])/g,
      (_, before: string, capital: string) => `${before} ${capital.toLowerCase()}`,
    )
    .replace(/ (ms|us|bytes|count|total)$/, '')
    .replace(/\b(syn|fin|tcp|ack|cpu|nic)\b/g, (word) => word.toUpperCase());
}

const ruledOut: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'syn-flood': 'SYN flood',
    'nic-drops': 'network card',
    'softnet-drops': 'packet backlog of a CPU',
    'conntrack-full': 'connection tracking',
    'syncookies-off': 'SYN cookies',
    'cpu-saturated': 'CPU',
    'fd-limit': 'file descriptors',
    'process-stopped': 'stopped process',
    'paws-rejections': 'timestamps (PAWS)',
  }),
);

/** "syn-queue-overflow" -> "SYN queue overflow"; sysctls and counters keep their names. */
export function ruledOutLabel(id: string): string {
  const known = ruledOut.get(id);
  if (known !== undefined) return known;
  if (/[._A-Z]/.test(id)) return id;
  return id.replaceAll('-', ' ').replace(/\b(syn|fin|tcp|ack|cpu|nic)\b/g, (word) => word.toUpperCase());
}
