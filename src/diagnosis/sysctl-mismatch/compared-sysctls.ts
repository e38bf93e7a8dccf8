/** Parameters that each network namespace has for itself, and when a namespace is worse off than the one it is compared with. */
export interface ComparedSysctl {
  readonly name: string;
  /** What the lesser value does, one sentence. */
  readonly meaning: string;
  /** `there`: the judged namespace, `here`: the reference, `usual`: the kernel's default where it has a fixed one. */
  readonly isWorse: (there: string, here: string, usual: string | undefined) => boolean;
}

const lower = (there: string, here: string): boolean => Number(there) < Number(here);

/** The host was tuned and the namespace was not; a namespace with a value of its own has been tuned by somebody. */
const leftAtDefault = (there: string, here: string, usual: string | undefined): boolean =>
  usual !== undefined && here !== usual && there === usual;

/** tcp_syncookies: only 0 is worse than anything else; 2 is for tests. */
const switchedOff = (there: string, here: string): boolean => there === '0' && here !== '0';

const narrower = (there: string, here: string): boolean => portsIn(there) < portsIn(here);

function portsIn(range: string): number {
  const [from = 0, to = 0] = range.split(/\s+/).map(Number);
  return to - from + 1;
}

/** Those that decide most come first. */
export const comparedSysctls: readonly ComparedSysctl[] = [
  {
    name: 'net.core.somaxconn',
    meaning: 'somaxconn caps every accept queue at the moment of listen().',
    isWorse: lower,
  },
  {
    name: 'net.ipv4.tcp_syncookies',
    meaning: 'Without SYN cookies a full SYN queue drops connections.',
    isWorse: switchedOff,
  },
  {
    name: 'net.ipv4.tcp_max_syn_backlog',
    meaning: 'tcp_max_syn_backlog matters only where tcp_syncookies is 0.',
    isWorse: lower,
  },
  {
    name: 'net.ipv4.ip_local_port_range',
    meaning: 'A narrower port range allows fewer connections to one destination.',
    isWorse: narrower,
  },
  {
    name: 'net.ipv4.tcp_tw_reuse',
    meaning: 'tcp_tw_reuse decides how soon a port in TIME_WAIT serves a new outgoing connection.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_keepalive_time',
    meaning: 'tcp_keepalive_time is when sockets with SO_KEEPALIVE begin to probe.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_keepalive_intvl',
    meaning: 'tcp_keepalive_intvl is the time between two probes.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_keepalive_probes',
    meaning: 'tcp_keepalive_probes is how many unanswered probes end a connection.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_fin_timeout',
    meaning: 'tcp_fin_timeout is how long an orphan stays in FIN_WAIT2.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_syn_retries',
    meaning: 'tcp_syn_retries decides when an unanswered connect() gives up.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_synack_retries',
    meaning: 'tcp_synack_retries decides how long a half-open request lives.',
    isWorse: leftAtDefault,
  },
  {
    name: 'net.ipv4.tcp_retries2',
    meaning: 'tcp_retries2 decides when unacknowledged data ends a connection.',
    isWorse: leftAtDefault,
  },
];
