import { sysctl } from '../evidence.ts';
import type { RuleView } from '../rule.ts';

export interface LocalPortRange {
  readonly from: number;
  readonly to: number;
  /** Ports of it that connect() may choose: without those of net.ipv4.ip_local_reserved_ports. */
  readonly usable: number;
}

/** net.ipv4.ip_local_port_range of this namespace; the kernel's default where it could not be read. */
export function localPortRange(view: RuleView): LocalPortRange {
  const [from = 32_768, to = 60_999] = (sysctl(view, 'net.ipv4.ip_local_port_range') ?? '32768 60999')
    .split(/\s+/)
    .map(Number);
  const reserved = reservedPorts(sysctl(view, 'net.ipv4.ip_local_reserved_ports') ?? '');
  const taken = reserved.reduce(
    (sum, range) => sum + Math.max(0, Math.min(to, range.to) - Math.max(from, range.from) + 1),
    0,
  );
  return { from, to, usable: Math.max(1, to - from + 1 - taken) };
}

/** The ports of such a list and some more, as the kernel prints them: sorted, neighbours as one range. */
export function withPorts(text: string, ports: readonly number[]): string {
  const ranges = [...reservedPorts(text), ...ports.map((port) => ({ from: port, to: port }))];
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** "8080,9148-9150" (proc_do_large_bitmap() prints ranges sorted and without overlap). */
function reservedPorts(text: string): readonly { from: number; to: number }[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [from = 0, to = from] = part.split('-').map(Number);
      return { from, to };
    });
}
