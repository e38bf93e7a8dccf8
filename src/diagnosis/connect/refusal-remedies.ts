import type { Remedy } from '../../tcp/finding.ts';
import { listenerName } from '../evidence.ts';
import { namespaceCommand } from '../namespace-command.ts';
import type { RuleView } from '../rule.ts';
import type { RefusalCause, RefusalCauseId } from './refusal-cause.ts';
import type { RefusedConnects } from './refused-connects.ts';

export function refusalRemedies(
  view: RuleView,
  { port, address, elsewhere }: RefusedConnects,
  cause: RefusalCause,
): readonly Remedy[] {
  const show = namespaceCommand(view, `ss -ltnp 'sport = :${port}'`);
  const rules = namespaceCommand(view, 'nft list ruleset');
  const byCause: Readonly<Record<RefusalCauseId, readonly Remedy[]>> = {
    'nothing-listens': [
      step(
        'process',
        `start the server for port ${port}, or find out where it went`,
        `${show}; systemctl --failed`,
        'a listening socket appears and clients are answered',
      ),
      step('application', 'or correct the port at the clients', '', 'they stop knocking here'),
    ],
    'bound-elsewhere': [
      step(
        'application',
        `bind the server to ${address} (or to 0.0.0.0 and ::) instead of ${elsewhere?.address ?? 'one address'}`,
        show,
        'clients reach it at that address after its restart',
        'it can then be reached from there: check the firewall first',
      ),
      step(
        'application',
        `or let the clients use ${elsewhere ? listenerName(elsewhere) : 'its address'}`,
        '',
        'no change at the server',
      ),
    ],
    'listener-gone': [
      step('process', 'find out why it stopped', `journalctl -e; ${show}`, 'names a crash or a deployment'),
    ],
    'listener-started': [
      step(
        'application',
        'hand the listening socket over at restarts (systemd socket activation, SO_REUSEPORT overlap)',
        '',
        'no moment without a listener',
      ),
    ],
    'rejected-here': [
      step(
        'sysctl',
        'look for the rule that rejects',
        rules,
        'a "reject" rule with a rising counter is the one',
      ),
    ],
    'refused-for-a-while': [
      step(
        'application',
        `let ${address} hand its listening socket over at restarts, or let the clients here try again after a moment`,
        '',
        'no client sees the restart',
      ),
    ],
    'refused-by-peer': [lookThere(address, port)],
    'rejected-by-firewall': [
      step(
        'process',
        `ask for the firewall rule at ${cause.title.split(' ')[0] ?? 'the sender of the ICMP message'}`,
        `nft list ruleset; iptables -S`,
        'the REJECT rule names what it rejects',
      ),
    ],
    unreachable: [
      step(
        'process',
        'follow the route to the one that cannot deliver',
        namespaceCommand(view, `traceroute -n ${address}`),
        'the last hop is the one that says so',
      ),
    ],
    'other-family-answers': [
      step(
        'application',
        'name the address instead of the host name (127.0.0.1 instead of localhost), or listen on both',
        show,
        'saves the refused attempt',
      ),
    ],
  };
  return [...byCause[cause.id], idleKnobs];
}

export function lookThere(address: string, port: number): Remedy {
  return step(
    'process',
    `look on ${address} whether the server runs and where it is bound`,
    `ss -ltnp 'sport = :${port}'`,
    'empty: nothing listens; 127.0.0.1: bound to loopback only; listening: a firewall resets',
  );
}

export function step(
  kind: Remedy['kind'],
  summary: string,
  command: string,
  effect: string,
  risk = command === '' ? '' : 'none: reading only',
): Remedy {
  return { kind, summary, command, effect, risk };
}

export const idleKnobs: Remedy = {
  kind: 'none',
  idle: ['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog'],
  summary:
    'backlog, somaxconn, tcp_max_syn_backlog and longer timeouts change nothing: the answer is an immediate no',
  command: '',
  effect: '',
  risk: '',
};
