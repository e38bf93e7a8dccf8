/** Which container a cgroup belongs to, told from its path alone: the names container runtimes give their cgroups. */

export interface ContainerIdentity {
  readonly runtime: 'docker' | 'containerd' | 'cri-o' | 'podman' | 'lxc' | 'nspawn' | 'unknown';
  /** The whole container id, or the container's name where the runtime has names (lxc, nspawn). */
  readonly id: string;
  /** What people type: the first 12 characters of an id, or the name. */
  readonly name: string;
  /** Kubernetes pod uid, with dashes. */
  readonly podUid?: string;
}

/**
 * The innermost container on the path, or undefined. A pod's own cgroup (no container below it) has none: see
 * `podOfCgroup`. Cgroups of the runtimes' monitors (conmon, lxc.monitor) and of virtual machines are not containers:
 * their processes live in the host's namespaces.
 */
export function containerOfCgroup(cgroupPath: string): ContainerIdentity | undefined {
  const segments = segmentsOf(cgroupPath);
  for (let at = segments.length - 1; at >= 0; at--) {
    const found = containerOfSegment(segments[at] ?? '', segments[at - 1] ?? '');
    if (!found) continue;
    const podUid = podOfCgroup(cgroupPath);
    return podUid === undefined ? found : { ...found, podUid };
  }
  return undefined;
}

/**
 * Pod uid from `kubepods-burstable-pod<uid with underscores>.slice` (systemd driver) or `pod<uid>` (cgroupfs driver).
 * Static pods carry a hash of 32 hexadecimal digits instead of a uuid.
 */
export function podOfCgroup(cgroupPath: string): string | undefined {
  for (const segment of segmentsOf(cgroupPath).reverse()) {
    const match =
      /^(?:kubepods(?:-[a-z]+)*-)?pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/.exec(
        segment,
      );
    if (match?.[1]) return match[1].replaceAll('_', '-');
  }
  return undefined;
}

/** containerd under systemd may write one segment as `<slice>:cri-containerd:<id>`. */
function segmentsOf(cgroupPath: string): string[] {
  return cgroupPath.split(/[/:]/).filter((segment) => segment !== '' && segment !== '..');
}

const runtimeOfPrefix: Readonly<Record<string, ContainerIdentity['runtime']>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
};

function containerOfSegment(segment: string, parent: string): ContainerIdentity | undefined {
  const scope = /^(docker|cri-containerd|nerdctl|crio|libpod)-([0-9a-f]{12,64})(?:\.scope)?$/.exec(segment);
  if (scope?.[1] && scope[2]) return byId(runtimeOfPrefix[scope[1]] ?? 'unknown', scope[2]);
  // The cgroupfs driver: /docker/<id>, /kubepods/.../pod<uid>/<id>, /ecs/<task>/<id>. 64 digits are an id wherever they stand.
  if (/^[0-9a-f]{64}$/.test(segment)) {
    return byId(runtimeOfPrefix[parent] ?? 'unknown', segment);
  }
  const payload = /^lxc\.payload\.(.+)$/.exec(segment)?.[1];
  if (payload) return byName('lxc', payload);
  if (parent === 'lxc' || parent === 'lxc.payload') return byName('lxc', segment);
  const nspawn =
    /^machine-(?!qemu\b)(.+)\.scope$/.exec(systemdUnescape(segment))?.[1] ??
    /^systemd-nspawn@(.+)\.service$/.exec(systemdUnescape(segment))?.[1];
  return nspawn ? byName('nspawn', nspawn) : undefined;
}

function byId(runtime: ContainerIdentity['runtime'], id: string): ContainerIdentity {
  return { runtime, id, name: id.slice(0, 12) };
}

function byName(runtime: ContainerIdentity['runtime'], name: string): ContainerIdentity {
  return { runtime, id: name, name };
}

/** systemd.unit(5): "-" inside a name is written \x2d. */
function systemdUnescape(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
