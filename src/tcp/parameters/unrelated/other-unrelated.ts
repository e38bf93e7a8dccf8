/** Names that stand beside TCP’s parameters in blocks of advice and have nothing to do with connections. One table: all there is to say is what they are about. */
import type { Parameter } from '../parameter.ts';
import { unrelatedParameter } from './unrelated-parameter.ts';

/** What several of one kind are about, with what each does. */
interface Kind {
  readonly about: string;
  readonly source: string;
  readonly names: Readonly<Record<string, string>>;
}

const kinds: readonly Kind[] = [
  {
    about: 'about writing to disks',
    source: 'admin-guide/sysctl/vm.rst',
    names: {
      'vm.dirty_bytes': 'How many bytes may wait to be written before a writer has to wait.',
      'vm.dirty_background_bytes': 'How many bytes may wait before the kernel begins to write.',
      'vm.dirty_expire_centisecs': 'After how long waiting data must be written.',
      'vm.dirty_writeback_centisecs': 'How often the kernel looks for data to write.',
    },
  },
  {
    about: 'about memory',
    source: 'admin-guide/sysctl/vm.rst',
    names: {
      'vm.nr_hugepages': 'Huge pages kept ready.',
      'vm.nr_overcommit_hugepages': 'Huge pages beyond those kept ready.',
      'vm.hugetlb_shm_group': 'Which group may use huge pages for shared memory.',
      'vm.zone_reclaim_mode': 'Whether memory of the own node is freed before another’s is used.',
      'vm.numa_stat': 'Whether the kernel counts where memory came from.',
      'vm.panic_on_oom': 'Whether the kernel panics when memory runs out.',
      'vm.oom_kill_allocating_task': 'Whether the program that asked for memory is the one killed.',
      'vm.page-cluster': 'How many pages are swapped in at once.',
      'vm.drop_caches': 'Writing it drops the file cache once.',
      'vm.compaction_proactiveness': 'How eagerly memory is made contiguous.',
      'vm.watermark_scale_factor': 'How early the kernel begins to free memory.',
      'vm.watermark_boost_factor': 'How much more is freed when memory is fragmented.',
      'vm.admin_reserve_kbytes': 'Memory kept for the administrator.',
      'vm.user_reserve_kbytes': 'Memory kept for users.',
      'vm.stat_interval': 'How often counters of memory are added up.',
      'vm.overcommit_kbytes': 'How much memory may be promised with overcommit_memory=2.',
    },
  },
  {
    about: 'about hardening of programs',
    source: 'admin-guide/sysctl',
    names: {
      'vm.mmap_min_addr': 'Lowest address a program may map.',
      'vm.mmap_rnd_bits': 'How much chance there is in addresses of programs.',
      'vm.mmap_rnd_compat_bits': 'The same for 32-bit programs.',
      'vm.unprivileged_userfaultfd': 'Who may handle page faults of a program.',
      'kernel.yama.ptrace_scope': 'Which programs may be traced.',
      'kernel.perf_event_paranoid': 'Who may use performance counters.',
      'kernel.unprivileged_bpf_disabled': 'Whether BPF needs a privilege.',
      'kernel.kexec_load_disabled': 'Whether another kernel may be loaded.',
      'kernel.modules_disabled': 'Whether modules may be loaded.',
      'kernel.io_uring_disabled': 'Who may use io_uring.',
      'dev.tty.ldisc_autoload': 'Whether terminal line disciplines are loaded for anybody.',
      'user.max_user_namespaces': 'User namespaces a user may have.',
      'net.core.bpf_jit_harden': 'Hardening of compiled BPF programs.',
      'net.core.bpf_jit_enable': 'Whether BPF programs are compiled.',
    },
  },
  {
    about: 'about faults of the kernel',
    source: 'admin-guide/sysctl/kernel.rst',
    names: {
      'kernel.panic_on_oops': 'Whether an oops becomes a panic.',
      'kernel.panic_on_warn': 'Whether a warning becomes a panic.',
      'kernel.softlockup_panic': 'Whether a processor that hangs makes a panic.',
      'kernel.softlockup_all_cpu_backtrace': 'Whether all processors are shown then.',
      'kernel.hung_task_panic': 'Whether a task that hangs makes a panic.',
      'kernel.hung_task_timeout_secs': 'After how long a task counts as hung.',
      'kernel.nmi_watchdog': 'Whether hard hangs of processors are watched for.',
      'kernel.watchdog': 'Whether hangs of processors are watched for.',
      'kernel.watchdog_thresh': 'After how long a processor counts as hung.',
    },
  },
  {
    about: 'about scheduling of programs',
    source: 'admin-guide/sysctl/kernel.rst',
    names: {
      'kernel.numa_balancing': 'Whether memory follows programs to their node.',
      'kernel.sched_autogroup_enabled': 'Whether sessions share processors as groups.',
      'kernel.sched_rt_runtime_us': 'How much time real-time programs may take.',
      'kernel.sched_child_runs_first': 'Whether a child runs before its parent.',
      'kernel.timer_migration': 'Whether timers move to busy processors.',
      'kernel.split_lock_mitigate': 'Whether split locks are slowed down.',
    },
  },
  {
    about: 'about keys, files and their watchers',
    source: 'admin-guide/sysctl',
    names: {
      'kernel.keys.maxkeys': 'Keys a user may have.',
      'kernel.keys.maxbytes': 'Bytes of keys a user may have.',
      'kernel.keys.root_maxkeys': 'Keys root may have.',
      'kernel.keys.root_maxbytes': 'Bytes of keys root may have.',
      'fs.inotify.max_user_instances': 'Watchers of files a user may have.',
      'fs.inotify.max_queued_events': 'Events that may wait at a watcher of files.',
      'fs.pipe-max-size': 'The largest pipe.',
      'user.max_inotify_instances': 'Watchers of files in a user namespace.',
      'user.max_inotify_watches': 'Watched files in a user namespace.',
    },
  },
];

/** The same for names below net/, which are those of a namespace. */
const netKinds: readonly Kind[] = [
  {
    about: 'about IPVS, the kernel’s load balancer, not about connections of the host itself',
    source: 'ipvs-sysctl.rst',
    names: {
      'net.ipv4.vs.conntrack': 'Whether balanced connections are tracked by the firewall.',
      'net.ipv4.vs.expire_nodest_conn': 'Whether connections to a server that is gone are forgotten at once.',
      'net.ipv4.vs.expire_quiescent_template': 'Whether clients stick to a server whose weight is 0.',
      'net.ipv4.vs.drop_entry': 'Whether half-open entries are dropped when memory is short.',
      'net.ipv4.vs.sync_threshold': 'When a connection is told to the standby balancer.',
    },
  },
  {
    about: 'about other protocols',
    source: 'ip-sysctl.rst',
    names: {
      'net.ipv4.icmp_ratemask': 'Which kinds of ICMP messages are limited in their rate.',
      'net.ipv4.igmp_max_memberships': 'Multicast groups a socket may join.',
      'net.ipv4.ip_dynaddr': 'Whether sockets follow a dial-up address that changes.',
      'net.core.xfrm_larval_drop': 'Whether packets are dropped until IPsec has a key.',
    },
  },
];

const all = kinds.flatMap(({ about, source, names }) =>
  Object.entries(names).map(([name, meaning]) =>
    unrelatedParameter({ name, meaning, defaultNote: 'by the kernel’s build or the host', source, about }),
  ),
);

export const otherUnrelated: readonly Parameter[] = Object.freeze([
  ...all,
  ...netKinds.flatMap(({ about, source, names }) =>
    Object.entries(names).map(([name, meaning]) =>
      unrelatedParameter({
        name,
        meaning,
        scope: 'namespace',
        defaultNote: 'by the kernel’s build',
        source,
        about,
      }),
    ),
  ),
  ...['high_thresh', 'low_thresh', 'time'].map((name) =>
    unrelatedParameter({
      name: `net.ipv4.ipfrag_${name}`,
      meaning: 'Limits of packets that arrive in fragments.',
      scope: 'namespace',
      defaultNote: 'by the kernel’s build',
      source: `ip-sysctl.rst, ipfrag_${name}`,
      about:
        'about fragments (UDP over large datagrams, NFS, Oracle RAC); TCP sizes its segments to need none',
    }),
  ),
  unrelatedParameter({
    name: 'net.ipv4.route.flush',
    meaning: 'Writing it drops cached routes once.',
    scope: 'namespace',
    defaultNote: 'nothing to read: it can only be written',
    source: 'ipv4_sysctl_rtcache_flush()',
    about: 'it is an order, not a setting, and does at boot nothing at all',
  }),
  ...[
    ['proxy_arp', 'Whether ARP is answered for hosts behind another interface.', 'about routers'],
    ['promote_secondaries', 'Whether a second address stays when the first is removed.', 'about addresses'],
    ['shared_media', 'Whether redirects may name hosts of other networks.', 'about ICMP redirects'],
    ['arp_notify', 'Whether an interface that comes up announces its address.', 'about ARP'],
  ].map(([name = '', meaning = '', about = '']) =>
    unrelatedParameter({
      name: `net.ipv4.conf.*.${name}`,
      meaning,
      scope: 'interface',
      defaultNote: 'by the kernel; promote_secondaries is set by systemd',
      source: `ip-sysctl.rst, ${name}`,
      about,
    }),
  ),
]);
