import { existsSync } from 'node:fs';
import { inNamespace } from './enter.ts';

/** NET_NS_INIT_INO (linux/nsfs.h, 6.18): before, the initial namespace's inode was whatever came first at boot. */
const fixedInitialInode = 0xeffffff9;

/**
 * Whether the namespace at `path` is the initial one: net.ipv4.tcp_mem is registered there only (ipv4_table in
 * net/ipv4/sysctl_net_ipv4.c). `null` is our own, which needs no privilege; others throw HalfopenError when they
 * cannot be entered.
 */
export function isInitialNamespace(path: string | null): boolean {
  return inNamespace(path, () => existsSync('/proc/sys/net/ipv4/tcp_mem'));
}

/** True where the inode alone proves it; other inodes prove nothing on kernels before 6.18. */
export function isInitialInode(inode: number): boolean {
  // Namespaces made later count from PROC_DYNAMIC_FIRST, 0xf0000000, so that no other can have it.
  return inode === fixedInitialInode;
}
