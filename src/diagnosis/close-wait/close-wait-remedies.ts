import type { Remedy } from '../../tcp/finding.ts';

/** `isClient`: the program that does not close is the one that has connected. `command` lists the sockets. */
export function closeAtTheEnd(isClient: boolean, command: string): Remedy {
  return {
    kind: 'application',
    summary: isClient
      ? 'close (or evict from the pool) connections the server has closed: an idle timeout of the pool below the server’s, a check before use, response bodies always closed'
      : 'close the socket when read() returns 0, on every path: errors, timeouts, requests that were given up',
    command,
    effect: 'the listing shows the sockets and their descriptors; a fixed program leaves none behind',
    risk: '',
  };
}

/** `pid` undefined: not known. */
export function restart(pid: number | undefined): Remedy {
  return {
    kind: 'process',
    summary: 'until it is fixed: restart the program',
    command: pid === undefined ? '' : `kill -TERM ${pid}`,
    effect: 'the end of the process closes all its descriptors at once',
    risk: 'the connections in use end too, and the leak starts again',
  };
}

export const timersIdle: Remedy = {
  kind: 'none',
  idle: ['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_keepalive_time'],
  summary: 'tcp_fin_timeout, tcp_tw_reuse and the tcp_keepalive_* sysctls do not free them',
  command: '',
  effect:
    'CLOSE_WAIT has no timeout; keepalive works only on sockets with SO_KEEPALIVE, and even then the descriptor stays open',
  risk: '',
};
