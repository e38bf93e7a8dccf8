import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestKernel, parseKernelVersion } from '../../../src/tcp/model/kernel-version.ts';
import { allParameters, loadParameters } from '../../../src/tcp/parameters/all-parameters.ts';
import { type JudgedValue, judgeValue } from '../../../src/tcp/parameters/judge-value.ts';
import type { Judgement } from '../../../src/tcp/parameters/parameter.ts';
import { meantName } from '../../../src/tcp/parameters/parameter-names.ts';
import { parameterValue } from '../../../src/tcp/parameters/parameter-value.ts';

/** "tcp_tw_reuse=1" on a kernel, beside other settings of the same configuration. */
async function judged(
  setting: string,
  release = '6.18',
  others: Readonly<Record<string, string>> = {},
): Promise<JudgedValue> {
  const [, short = '', value = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  const name = meantName(short) ?? '';
  const parameter = (await loadParameters([name])).get(name);
  if (parameter === undefined) throw new Error(`${short} is not in the catalogue`);
  const other = (asked: string): ReturnType<typeof parameterValue> | undefined => {
    const text = others[asked.replace('net.ipv4.', '')];
    return text === undefined ? undefined : parameterValue(text, 'numbers');
  };
  return judgeValue(parameter, value, { kernel: parseKernelVersion(release) ?? newestKernel, other });
}

type Case = readonly [
  setting: string,
  judgement: Judgement,
  because: RegExp,
  release?: string,
  others?: Readonly<Record<string, string>>,
];

const cases: readonly Case[] = [
  ['tcp_syncookies=1', 'good', /default.*SYN queue/],
  ['tcp_syncookies=0', 'harmful', /every new SYN is dropped/],
  ['tcp_syncookies=2', 'harmful', /never used.*tests/],
  ['tcp_syncookies=7', 'situational', /works like 1/],
  [
    'somaxconn=65535',
    'situational',
    /lifts a cap: the application’s own backlog decides, and it must listen again/,
  ],
  ['somaxconn=4096', 'good', /default/],
  ['somaxconn=1024', 'harmful', /below this kernel’s default of 4,096/],
  ['somaxconn=1024', 'situational', /lifts a cap/, '4.19'],
  ['somaxconn=128', 'good', /default/, '4.19'],
  ['tcp_max_syn_backlog=65536', 'situational', /does not look at it while tcp_syncookies is not 0/],
  ['tcp_max_syn_backlog=4096', 'situational', /at most 3,073 half-open/, '6.18', { tcp_syncookies: '0' }],
  ['tcp_max_syn_backlog=16', 'harmful', /only 13 half-open/, '6.18', { tcp_syncookies: '0' }],
  ['tcp_abort_on_overflow=1', 'situational', /connection reset.*Since 4\.10/],
  ['tcp_abort_on_overflow=0', 'good', /recovers once somebody accepts/],
  ['tcp_fin_timeout=5', 'situational', /does not shorten TIME_WAIT \(60 s, fixed\)/],
  ['tcp_fin_timeout=80', 'situational', /80 becomes 40 s/],
  ['tcp_fin_timeout=60', 'good', /default/],
  ['tcp_tw_reuse=1', 'situational', /Outgoing connections only/],
  ['tcp_tw_reuse=1', 'situational', /Without effect here.*tcp_timestamps=0/, '6.18', { tcp_timestamps: '0' }],
  ['tcp_tw_reuse=2', 'good', /default/],
  ['tcp_tw_reuse=2', 'harmful', /refuses this: it takes 0 to 1/, '4.14'],
  ['tcp_tw_reuse=0', 'good', /default/, '4.14'],
  ['tcp_tw_reuse=0', 'situational', /since 4\.19 is 2/],
  ['tcp_tw_recycle=1', 'obsolete', /no kernel since 4\.12.*only fails/],
  ['tcp_tw_recycle=0', 'obsolete', /no kernel since 4\.12/],
  ['tcp_tw_recycle=1', 'harmful', /dropped silently/, '4.9'],
  ['tcp_tw_recycle=0', 'good', /default/, '4.9'],
  ['tcp_timestamps=0', 'harmful', /PAWS.*window scaling and SACK/],
  ['tcp_timestamps=1', 'good', /default/],
  ['tcp_timestamps=2', 'situational', /how long the host has been up/],
  ['tcp_sack=0', 'harmful', /CVE-2019-11477/],
  ['tcp_window_scaling=0', 'harmful', /64 KiB/],
  ['tcp_keepalive_time=600', 'situational', /Only for sockets with SO_KEEPALIVE.*600 \+ 9 × 75/],
  ['tcp_rmem=4096 4096 16777216', 'situational', /window of 2\.0 KiB instead of 64\.0 KiB/],
  ['tcp_keepalive_intvl=0', 'harmful', /at once/],
  ['tcp_keepalive_intvl=-5', 'harmful', /no other/],
  ['tcp_fin_timeout=0', 'harmful', /3\.5 retransmission timeouts/],
  ['tcp_keepalive_time=-5', 'harmful', /no probe is sent/],
  ['tcp_keepalive_probes=5', 'situational', /SO_KEEPALIVE/],
  ['tcp_keepalive_probes=0', 'harmful', /without any probe/],
  ['tcp_keepalive_probes=256', 'harmful', /refuses this: it takes 0 to 255/],
  ['tcp_retries2=8', 'situational', /102\.2 s after the first resend at the earliest/],
  ['tcp_retries2=5', 'situational', /RFC 1122/],
  ['tcp_retries2=1', 'harmful', /closed window/],
  ['tcp_orphan_retries=0', 'good', /0 stands for 8/],
  ['tcp_orphan_retries=1', 'harmful', /600 ms after its first resend/],
  ['tcp_syn_retries=3', 'situational', /gives up after 19 s/],
  ['tcp_syn_retries=3', 'situational', /gives up after 15 s/, '6.1'],
  ['tcp_syn_retries=3', 'situational', /gives up after 15 s/, '6.18', { tcp_syn_linear_timeouts: '0' }],
  ['tcp_syn_retries=0', 'harmful', /refuses this: it takes 1 to 127/],
  ['tcp_syn_linear_timeouts=4', 'good', /default/],
  ['tcp_syn_linear_timeouts=4', 'situational', /came with 6\.5: this kernel \(6\.1\)/, '6.1'],
  ['tcp_synack_retries=3', 'situational', /15 s instead of 63 s/],
  ['tcp_synack_retries=8', 'situational', /lives 367 s/],
  ['tcp_synack_retries=0', 'harmful', /never sent again/],
  ['tcp_max_tw_buckets=5000', 'harmful', /reset/],
  ['tcp_rfc1337=1', 'good', /RFC 1337/],
  ['ip_local_port_range=10000 65535', 'situational', /55,536 ports.*11211, 24224, 27017/],
  ['ip_local_port_range=1024 65535', 'situational', /3306, 5432, 6379, 8080/],
  [
    'ip_local_port_range=15000 64999',
    'situational',
    /which this configuration sets/,
    '6.18',
    { ip_local_reserved_ports: '24224' },
  ],
  ['ip_local_port_range=32768 60999', 'good', /default/],
  ['ip_local_port_range=60000 50000', 'harmful', /lies above the last/],
  ['ip_local_port_range=80 65535', 'harmful', /below ip_unprivileged_port_start \(1024\)/],
  ['ip_local_port_range=60000 61000', 'harmful', /Only 1,001 ports/],
  ['ip_local_port_range=10000', 'harmful', /two numbers/],
  ['ip_local_port_range=10000-65535', 'harmful', /refuses this: it wants numbers/],
  ['ip_local_reserved_ports=8080, 9090', 'harmful', /without blanks/],
  ['tcp_rmem=4096 349520 16777216', 'situational', /16\.0 MiB is less than the 32\.0 MiB/],
  ['tcp_rmem=4096 87380 16777216', 'situational', /16\.0 MiB helps one fast connection/, '5.10'],
  ['tcp_rmem=8192 4096 16777216', 'harmful', /must rise/],
  ['tcp_rmem=4096 87380 262144', 'harmful', /Mbit\/s/],
  ['tcp_wmem=4096,16384,4194304', 'harmful', /refuses this: it wants numbers with blanks/],
  ['tcp_mem=8388608 12582912 16777216', 'situational', /Pages, not bytes: at most 64 GiB/],
  ['tcp_mem=1024 2048 4096', 'harmful', /16\.0 MiB, for all TCP sockets/],
  ['rmem_max=16777216', 'situational', /TCP tunes its buffers by tcp_rmem/],
  ['tcp_adv_win_scale=2', 'obsolete', /Since 6\.6/],
  ['tcp_adv_win_scale=2', 'situational', /receive buffer/, '6.1'],
  ['netdev_max_backlog=65536', 'situational', /softnet_stat/],
  ['net.nf_conntrack_max=1053616', 'situational', /nf_conntrack_count/],
  ['nf_conntrack_max=1024', 'harmful', /table full/],
  ['nf_conntrack_tcp_timeout_established=600', 'harmful', /before keepalive \(2 h/],
  [
    'nf_conntrack_tcp_timeout_established=600',
    'situational',
    /Keepalive must be shorter/,
    '6.18',
    { tcp_keepalive_time: '300' },
  ],
  ['tcp_slow_start_after_idle=0', 'situational', /long-lived connections/],
  ['tcp_fastopen=519', 'harmful', /forged address/],
  ['tcp_low_latency=1', 'obsolete', /no longer looks at it/],
  ['tcp_fack=0', 'obsolete', /no longer looks at it/],
  ['route.max_size=5242880', 'obsolete', /3\.6/],
  ['rp_filter=2', 'good', /Loose/],
  ['conf.all.rp_filter=1', 'situational', /drops SYNs silently/],
  ['arp_ignore=1', 'situational', /direct-return/],
  ['accept_source_route=0', 'unrelated', /Hardening/],
  ['bindv6only=1', 'situational', /refuse IPv4/],
  ['conf.all.route_localnet=1', 'situational', /CVE-2020-8558/],
  ['net.ipv6.neigh.default.gc_thresh3=8192', 'situational', /IPv6 neighbours/],
  ['net.ipv6.route.max_size=16384', 'obsolete', /since 6\.3/],
  ['kernel.sched_migration_cost_ns=5000000', 'obsolete', /5\.13/],
  ['net.netfilter.nf_conntrack_udp_timeout=60', 'unrelated', /count towards nf_conntrack_max/],
  ['fs.file-max=98000', 'harmful', /98,000 files/],
  ['nf_conntrack_tcp_timeout_close_wait=3600', 'situational', /kube-proxy/],
  ['vm.swappiness=0', 'unrelated', /OOM killer/],
  ['vm.overcommit_memory=2', 'unrelated', /ENOMEM/],
  ['kernel.sysrq=0', 'unrelated', /Unrelated to TCP/],
  ['tcp_available_congestion_control=bbr', 'harmful', /only be read/],
  ['icmp_ratelimit=4294967296', 'harmful', /keeps 0/],
];

describe('judgement of values', () => {
  for (const [setting, judgement, because, release, others] of cases) {
    it(`${setting}${release === undefined ? '' : ` on ${release}`} is ${judgement}`, async () => {
      const verdict = await judged(setting, release, others);
      expect(verdict).toMatchObject({ judgement, because: expect.stringMatching(because) });
    });
  }
});

describe('values as the kernel reads them', () => {
  const odd: readonly (readonly [setting: string, problem: string, because: RegExp, release?: string])[] = [
    ['tcp_reordering=010', 'octal', /octal: 8\./],
    ['tcp_fin_timeout=30 # seconds', 'rest-ignored', /Only 30 is read and “# seconds” ignored/],
    ['tcp_syn_retries=5 6', 'rest-ignored', /Only 5 is read/],
    ['tcp_syn_retries=', 'refused', /nothing behind the =/],
    ['tcp_syn_retries=three', 'refused', /wants a number/],
    ['tcp_syn_retries=3;', 'refused', /wants a number/],
    ['tcp_syn_retries=1.5', 'refused', /wants a number/],
    ['tcp_syn_retries=+3', 'refused', /wants a number/],
    ['somaxconn=64K', 'refused', /wants a number/],
    ['somaxconn=9999999999', 'refused', /0 to 2,147,483,647/],
    ['tcp_keepalive_time=99999999', 'refused', /at 250 ticks a second/],
    ['tcp_rmem="4096 87380 6291456"', 'refused', /wants numbers/],
    ['tcp_keepalive_probes=300', 'refused', /, measured on 6\.18/, '5.4'],
  ];
  for (const [setting, problem, because, release] of odd) {
    it(`${setting}: ${problem}`, async () => {
      expect(await judged(setting, release)).toMatchObject({
        problem,
        because: expect.stringMatching(because),
      });
    });
  }

  it.each(['tcp_syn_retries=0x6', 'tcp_syn_retries=6', 'tcp_syn_retries= 6 '])(
    '%s is the default',
    async (setting) => {
      expect(await judged(setting)).toMatchObject({ judgement: 'good', problem: null });
    },
  );
});

describe('any value of any parameter', () => {
  it('gets a verdict in whole sentences, at once', async () => {
    const parameters = await allParameters();
    const word = fc.oneof(
      fc.integer().map(String),
      fc.maxSafeInteger().map(String),
      fc.nat({ max: 300 }).map(String),
      fc.string(),
    );
    const value = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.constantFrom(...parameters),
        value,
        fc.option(value),
        fc.constantFrom('4.4', '5.10', '6.18'),
        (parameter, text, another, release) => {
          const kernel = parseKernelVersion(release) ?? newestKernel;
          // Of another parameter only what the kernel takes counts.
          const number = Number.parseInt(another ?? '', 10);
          const other = (): ReturnType<typeof parameterValue> | undefined =>
            number >= 1 && number <= 127 ? parameterValue(String(number), 'number') : undefined;
          const { because } = judgeValue(parameter, text, { kernel, other });
          expect(because).toMatch(/^[A-Z0-9“][\s\S]*[.)]$/);
          expect(because).not.toMatch(/undefined|NaN/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
