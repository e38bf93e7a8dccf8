import { describe, expect, it } from 'vitest';
import { containerOfCgroup, podOfCgroup } from '../../src/kernel/netns/container-of-cgroup.ts';

const id = '3f4e5d6c7b8a90123f4e5d6c7b8a90123f4e5d6c7b8a90123f4e5d6c7b8a9012';
const shortId = '3f4e5d6c7b8a';
const uid = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0';
const uidInSlice = uid.replaceAll('-', '_');

describe('containerOfCgroup', () => {
  it.each([
    [`/system.slice/docker-${id}.scope`, 'docker', shortId],
    [`/docker/${id}`, 'docker', shortId],
    [`/docker/${id}/init`, 'docker', shortId],
    [`/system.slice/cri-containerd-${id}.scope`, 'containerd', shortId],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-${id}.scope`, 'containerd', shortId],
    [`/system.slice/crio-${id}.scope`, 'cri-o', shortId],
    [`/machine.slice/libpod-${id}.scope/container`, 'podman', shortId],
    [`/libpod_parent/libpod-${id}`, 'podman', shortId],
    [`/ecs/0123456789abcdef0123456789abcdef/${id}`, 'unknown', shortId],
    ['/lxc/web1', 'lxc', 'web1'],
    ['/lxc.payload.web1/system.slice/nginx.service', 'lxc', 'web1'],
    ['/lxc.payload/web1', 'lxc', 'web1'],
    ['/machine.slice/machine-build\\x2dbox.scope/payload', 'nspawn', 'build-box'],
    ['/machine.slice/systemd-nspawn@build.service/payload', 'nspawn', 'build'],
  ])('%s', (path, runtime, name) => {
    expect(containerOfCgroup(path)).toMatchObject({ runtime, name });
  });

  it.each([
    '/',
    '/system.slice/nginx.service',
    '/user.slice/user-1000.slice/session-3.scope',
    '/system.slice/docker.service',
    // The monitors of podman, CRI-O and LXC stay in the host's namespaces.
    `/machine.slice/libpod-conmon-${id}.scope`,
    `/system.slice/crio-conmon-${id}.scope`,
    '/lxc.monitor.web1',
    // A virtual machine has no namespace of its own on the host.
    '/machine.slice/machine-qemu\\x2d1\\x2dvm.scope',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uidInSlice}.slice`,
    // A hash of another length than a container id.
    '/supervisor/d66e74bafc628a90f1ba5006c137f521',
  ])('no container: %s', (path) => {
    expect(containerOfCgroup(path)).toBeUndefined();
  });

  it.each([
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uidInSlice}.slice/cri-containerd-${id}.scope`,
    `/kubepods/besteffort/pod${uid}/${id}`,
    `/kubepods/pod${uid}/crio-${id}`,
    `/system.slice/containerd.service/kubepods-burstable-pod${uidInSlice}.slice:cri-containerd:${id}`,
  ])('keeps the pod: %s', (path) => {
    expect(containerOfCgroup(path)).toMatchObject({ id, name: shortId, podUid: uid });
  });

  it('takes the innermost of nested containers', () => {
    const inner = id.replace('3', 'a');
    expect(containerOfCgroup(`/docker/${id}/docker/${inner}`)?.id).toBe(inner);
  });
});

describe('podOfCgroup', () => {
  it('knows the hash of a static pod', () => {
    expect(podOfCgroup('/kubepods/burstable/pod0123456789abcdef0123456789abcdef')).toBe(
      '0123456789abcdef0123456789abcdef',
    );
  });

  it('is not fooled by names that begin with "pod"', () => {
    expect(podOfCgroup('/system.slice/podman.service')).toBeUndefined();
  });
});
