import { existsSync, readdirSync, statSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { inNamespace } from '../kernel/netns/enter.ts';
import { isInitialNamespace } from '../kernel/netns/is-initial-namespace.ts';
import { inodeOfName, namespaceFolder } from './namespace-file.ts';
import { namespaceIds } from './namespace-ids.ts';
import { isRunOver, runOfName } from './run-id.ts';
import { runTool } from './tool.ts';

/** As `ip -json -details link` tells it. */
interface Device {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly link_type: string;
  /** The peer's name; only where it is in the same namespace. */
  readonly link?: string;
  readonly link_netnsid?: number;
  readonly linkinfo?: { readonly info_kind?: string };
}

/** Every new namespace gets these from modules that are loaded (net.core.fb_tunnels_only_for_init_net=0): names, kinds. */
const fallbackTunnels: Readonly<Record<string, string>> = {
  tunl0: 'ipip',
  sit0: 'sit',
  gre0: 'gre',
  gretap0: 'gretap',
  erspan0: 'erspan',
  ip_vti0: 'vti',
  ip6_vti0: 'vti6',
  ip6tnl0: 'ip6tnl',
  ip6gre0: 'ip6gre',
};

const attempted = 'forge TCP segments in';
const remedy =
  'Forged segments are only sent inside namespaces which a running lab made and which no device joins to anything else: halfopen lab run syn-flood';

/**
 * For whoever sends forged packets, before it opens a socket: throws HalfopenError unless this process is in a namespace of a lab
 * that runs, and nothing leads out of it: each device of it, and of the namespaces it is joined to, is loopback, tun, dummy, or a
 * veth whose peer is in a namespace of a running lab.
 */
export function refuseOutsideLab(): void {
  const lab = labNamespaces();
  const inode = statSync('/proc/thread-self/ns/net').ino;
  const own = lab.get(inode);
  if (own === undefined) throw outside(inode);
  const joined = new Set([own]);
  // A set goes on to what is added meanwhile.
  for (const path of joined) {
    for (const peer of peersOf(path, [...lab.values()])) joined.add(peer);
  }
}

/** Inode to path. */
function labNamespaces(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of existsSync(namespaceFolder) ? readdirSync(namespaceFolder) : []) {
    const run = runOfName(name);
    const inode = run === undefined || isRunOver(run) ? undefined : inodeOfName(name);
    if (inode !== undefined) found.set(inode, `${namespaceFolder}/${name}`);
  }
  return found;
}

/** Paths of the lab's namespaces that the one at `path` is joined to. Throws when something leads elsewhere. */
function peersOf(path: string, lab: readonly string[]): string[] {
  const ids = namespaceIds(path, lab);
  const listed = inNamespace(path, () => runTool('ip', ['-json', '-details', 'link', 'show']));
  const devices = (JSON.parse(listed) as Device[]).filter((device) => !staysInside(device));
  return devices.map((device) => {
    const peer = device.linkinfo?.info_kind === 'veth' ? ids.get(device.link_netnsid ?? -1) : undefined;
    if (peer === undefined) throw leadsOut(path, device);
    return peer;
  });
}

function staysInside(device: Device): boolean {
  const { ifname, flags, link_type, link, link_netnsid, linkinfo } = device;
  const kind = linkinfo?.info_kind;
  if (link_netnsid !== undefined) return false;
  if (link_type === 'loopback') return true;
  if (kind === undefined) return false; // A device of the machine itself has no kind.
  if (kind === 'veth') return link !== undefined;
  return kind === 'tun' || kind === 'dummy' || (fallbackTunnels[ifname] === kind && !flags.includes('UP'));
}

function outside(inode: number): HalfopenError {
  const isHost = isInitialNamespace(null);
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted,
    on: `network namespace ${inode}`,
    said: isHost ? "it is the host's own" : 'no running lab made it',
    remedy,
  });
}

function leadsOut(path: string, { ifname, linkinfo }: Device): HalfopenError {
  const kind = linkinfo?.info_kind;
  const what = kind === undefined ? 'it is a device of the machine' : `its kind is ${kind}`;
  const said =
    kind === 'veth'
      ? "its other end is in a namespace that is not a running lab's"
      : `${what}, not veth, tun or dummy`;
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted,
    on: `a namespace which ${ifname} in ${path.slice(namespaceFolder.length + 1)} leads out of`,
    said,
    remedy,
  });
}
