import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import type { LineJudgement } from '../../src/tcp/tune-lint.ts';
import { type LintedSettings, lintSettings } from '../../src/tuning/lint/lint-settings.ts';
import { parseSysctlFile } from '../../src/tuning/lint/parse-sysctl-file.ts';

const lint = (...texts: string[]): Promise<LintedSettings> =>
  lintSettings(
    texts.map((text, i) => ({ file: `${'abc'[i]}.conf`, text })),
    newestKernel,
  );

/** The write-up's table, line by line: what is expected of it, and the word that must be in the reason. */
const writeUp: Readonly<Record<string, readonly [LineJudgement, RegExp]>> = {
  'net.core.somaxconn = 65535': ['situational', /application’s own backlog/],
  'net.core.netdev_max_backlog = 65536': ['situational', /softnet_stat/],
  'net.ipv4.tcp_max_syn_backlog = 65536': ['situational', /while tcp_syncookies is not 0/],
  'net.ipv4.tcp_syncookies = 1': ['good', /default/],
  'net.core.rmem_max = 16777216': ['situational', /SO_RCVBUF/],
  'net.core.wmem_max = 16777216': ['situational', /SO_SNDBUF/],
  'net.nf_conntrack_max = 1053616': ['situational', /nf_conntrack_count/],
  'net.ipv4.conf.default.accept_source_route = 0': ['unrelated', /Hardening/],
  'net.ipv4.tcp_rmem = 4096 349520 16777216': ['situational', /32\.0 MiB/],
  'net.ipv4.tcp_wmem = 4096 65536 16777216': ['situational', /send buffer/],
  'net.ipv4.tcp_timestamps = 0': ['harmful', /PAWS/],
  'net.ipv4.tcp_fin_timeout = 5': ['situational', /does not shorten TIME_WAIT/],
  'net.ipv4.tcp_syn_retries = 3': ['situational', /Outgoing connections only/],
  'net.ipv4.tcp_synack_retries = 3': ['situational', /15 s instead of 63 s/],
  'net.ipv4.ip_local_port_range = 10000 65535': ['situational', /ip_local_reserved_ports/],
  'net.ipv4.tcp_tw_reuse = 1': ['situational', /needs timestamps on both sides/],
  'net.ipv4.tcp_tw_recycle = 0': ['obsolete', /no kernel since 4\.12/],
  'net.ipv4.tcp_rfc1337 = 1': ['good', /RFC 1337/],
  'net.ipv4.tcp_max_tw_buckets = 65536': ['situational', /closes TIME_WAIT early/],
  'net.ipv4.tcp_orphan_retries = 0': ['good', /0 stands for 8/],
  'net.ipv4.tcp_keepalive_probes = 5': ['situational', /Only for sockets with SO_KEEPALIVE/],
  'net.ipv4.tcp_slow_start_after_idle = 0': ['situational', /long-lived/],
  'net.ipv4.conf.all.arp_ignore = 1': ['situational', /direct-return/],
  'net.ipv4.conf.all.arp_announce = 2': ['situational', /direct-return/],
  'vm.swappiness = 0': ['unrelated', /OOM killer/],
  'vm.overcommit_memory = 2': ['unrelated', /ENOMEM/],
  'vm.overcommit_ratio = 99': ['unrelated', /overcommit_memory=2/],
  'kernel.shmmax = 68719476736': ['unrelated', /shared memory/],
  'kernel.shmall = 4294967296': ['unrelated', /shared memory/],
  'kernel.msgmnb = 65536': ['unrelated', /message queues/],
  'kernel.msgmax = 65536': ['unrelated', /message queues/],
  'kernel.sysrq = 0': ['unrelated', /keyboard/],
  'kernel.core_uses_pid = 1': ['unrelated', /core dumps/],
  'net.ipv4.tcp_abort_on_overflow = 1': ['situational', /connection reset/],
  'net.ipv4.tcp_syn_linear_timeouts = 4': ['good', /default/],
};

describe('the table of a write-up', async () => {
  const { lines, errors } = await lint(readFileSync('fixtures/sysctl/write-up.conf', 'utf8'));

  it.each(Object.entries(writeUp))('%s', (setting, [judgement, because]) => {
    const line = lines.find(({ parameter, value }) => `${parameter} = ${value}` === setting);
    expect(line).toMatchObject({ judgement, because: expect.stringMatching(because), effective: true });
  });

  it('has no other lines, and no errors', () => {
    expect(lines.map(({ parameter, value }) => `${parameter} = ${value}`)).toEqual(Object.keys(writeUp));
    expect(errors).toEqual([]);
  });
});

describe('what stays in force', () => {
  it('a later line of a later file, and says which', async () => {
    const { lines } = await lint(
      'net.ipv4.tcp_sack = 0\n\nnet/ipv4/tcp_sack = 0',
      '# x\nnet.ipv4.tcp_sack=1',
    );
    expect(
      lines.map(({ file, line, effective, overriddenBy }) => ({ file, line, effective, overriddenBy })),
    ).toEqual([
      { file: 'a.conf', line: 1, effective: false, overriddenBy: { file: 'b.conf', line: 2 } },
      { file: 'a.conf', line: 3, effective: false, overriddenBy: { file: 'b.conf', line: 2 } },
      { file: 'b.conf', line: 2, effective: true, overriddenBy: undefined },
    ]);
  });

  it('judges by what stays in force', async () => {
    const backlog = 'net.ipv4.tcp_max_syn_backlog = 4096';
    for (const [text, words] of [
      [`net.ipv4.tcp_syncookies = 0\n${backlog}`, /at most 3,073/],
      [`net.ipv4.tcp_syncookies = 0\n${backlog}\nnet.ipv4.tcp_syncookies = 1`, /does not look at it/],
      [backlog, /does not look at it/],
    ] as const) {
      const { lines } = await lint(text);
      expect(lines.find(({ parameter }) => parameter.endsWith('backlog'))?.because).toMatch(words);
    }
  });

  it.each(['abc', '', '-1', '99999999999', '0'])(
    'counts nothing that the kernel refuses: %j',
    async (value) => {
      const { lines } = await lint(
        `net.ipv4.tcp_syn_retries = ${value}\nnet.ipv4.tcp_syn_linear_timeouts = 5`,
      );
      expect(lines[1]?.because).toMatch(/^With tcp_syn_retries=6 /);
    },
  );

  it('a name beside a pattern, wherever it stands: the programs set it apart', async () => {
    const { lines } = await lint('net.ipv4.conf.lo.rp_filter = 1\nnet.ipv4.conf.*.rp_filter = 2');
    expect(lines.map(({ effective }) => effective)).toEqual([true, true]);
  });

  it.each([
    [
      'conf.all over an interface: the larger counts',
      'net.ipv4.conf.all.rp_filter = 2\nnet.ipv4.conf.eth1.rp_filter = 0',
      1,
      /^Without effect: the larger.*conf\.eth1.*conf\.all\.rp_filter=2/,
    ],
    [
      'an interface over conf.all',
      'net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.eth1.rp_filter = 1',
      1,
      /^Good against forged/,
    ],
    [
      'conf.all alone, where one of the two is enough',
      'net.ipv4.conf.all.send_redirects = 0',
      0,
      /By itself it turns nothing off/,
    ],
    [
      '... and with conf.default',
      'net.ipv4.conf.all.send_redirects = 0\nnet.ipv4.conf.default.send_redirects = 0',
      0,
      /dropped connections\.$/,
    ],
    ['conf.all of IPv6', 'net.ipv6.conf.all.accept_ra = 0', 0, /conf\.all does nothing/],
    ['forwarding without advertisements', 'net.ipv6.conf.all.forwarding = 1', 0, /unless its accept_ra is 2/],
    [
      'too few buckets',
      'net.netfilter.nf_conntrack_max = 2000000\nnet.netfilter.nf_conntrack_buckets = 65536',
      0,
      /chains of 31/,
    ],
    [
      'enough buckets',
      'net.netfilter.nf_conntrack_buckets = 524288\nnet.nf_conntrack_max = 2000000',
      1,
      /is enough for them/,
    ],
    [
      'thresholds that cross',
      'net.ipv4.neigh.default.gc_thresh1 = 8192\nnet.ipv4.neigh.default.gc_thresh2 = 4096',
      0,
      /must not be above gc_thresh2 \(4,096/,
    ],
    [
      'what keepalive comes to',
      'net.ipv4.tcp_keepalive_time = 300\nnet.ipv4.tcp_keepalive_intvl = 30\nnet.ipv4.tcp_keepalive_probes = 3',
      1,
      /390 s \(300 \+ 3 × 30\)/,
    ],
    [
      'a shorter longest timeout',
      'net.ipv4.tcp_rto_max_ms = 1000\nnet.ipv4.tcp_retries2 = 8',
      1,
      /7\.4 s after the first resend/,
    ],
  ] as const)('%s', async (_, text, at, words) => {
    const { lines } = await lint(text);
    expect(lines[at]?.because).toMatch(words);
  });

  it('two names of one value', async () => {
    const { lines } = await lint('net.nf_conntrack_max = 500000\nnet.netfilter.nf_conntrack_max = 600000');
    expect(lines.map(({ effective }) => effective)).toEqual([false, true]);
  });
});

describe('names of a configuration', () => {
  it.each([
    ['net.ipv4.conf.eth0/100.rp_filter = 2', 'good', 'net.ipv4.conf.eth0/100.rp_filter'],
    ['net/ipv4/conf/eth0.100/rp_filter = 2', 'good', 'net.ipv4.conf.eth0/100.rp_filter'],
    ['net.ipv4.tcp_keepalive_* = 0', 'harmful', 'net.ipv4.tcp_keepalive_*'],
    ['net.ipv4.tcp_sy* = 1', 'harmful', 'net.ipv4.tcp_sy*'],
    ['net.ipv4.tcp_syncokies = 1', 'unknown', 'net.ipv4.tcp_syncokies'],
    ['NET.IPV4.TCP_SACK = 0', 'unknown', 'NET.IPV4.TCP_SACK'],
    ['dev.raid.speed_limit_max = 1', 'unknown', 'dev.raid.speed_limit_max'],
    ['-net.ipv4.tcp_sack = 0', 'harmful', 'net.ipv4.tcp_sack'],
  ])('%s is %s', async (text, judgement, parameter) => {
    const { lines, errors } = await lint(text);
    expect(lines).toMatchObject([{ judgement, parameter, line: 1 }]);
    expect(errors).toEqual([]);
  });

  it('names similar parameters for a mistyped one', async () => {
    const { lines } = await lint('net.ipv4.tcp_syncokies = 1');
    expect(lines[0]?.because).toMatch(/does not know it.*net\.ipv4\.tcp_syncookies/);
  });

  it('says that TCP has one set of parameters for both families', async () => {
    const { lines } = await lint('net.ipv6.tcp_syncookies = 1');
    expect(lines).toMatchObject([
      { judgement: 'unknown', because: expect.stringMatching(/count for IPv6 too/) },
    ]);
  });

  it('judges of a pattern only what the kernel has', async () => {
    const { lines } = await lint('net.ipv4.tcp_fr* = 2\nnet.ipv4.tcp_thin_d* = 1');
    expect(lines).toMatchObject([
      { judgement: 'good', because: expect.stringMatching(/default/) },
      { judgement: 'unknown' },
    ]);
  });

  it('says where a name without a value undoes a line, but only for systemd', async () => {
    const set = 'net.ipv4.tcp_frto = 1';
    const not = '-net.ipv4.tcp_frto';
    expect((await lint(set, not)).notes).toMatchObject([
      expect.stringMatching(/^b\.conf:1 keeps.*systemd-sysctl then drops a\.conf:1/),
    ]);
    expect((await lint(`${set}\n${not}`)).notes).toHaveLength(1);
    expect((await lint(not, set)).notes).toEqual([]);
    expect((await lint('net.ipv4.tcp_fr* = 1', not)).notes).toEqual([]);
  });

  it('says what a pattern hits worst', async () => {
    const { lines } = await lint('net.ipv4.tcp_keepalive_* = 0');
    expect(lines[0]?.because).toMatch(/3 known parameters; of net\.ipv4\.tcp_keepalive_/);
  });
});

describe('lines of a file', () => {
  it.each([
    ['net.core.somaxconn = 1', 'net.core.somaxconn', '1'],
    ['net.core.somaxconn=1', 'net.core.somaxconn', '1'],
    ['/net/core/somaxconn=1', 'net.core.somaxconn', '1'],
    ['.net..core.somaxconn=1', 'net.core.somaxconn', '1'],
    ['  \tnet.core.somaxconn\t =  1  ', 'net.core.somaxconn', '1'],
    ['net.core.somaxconn = 1\r', 'net.core.somaxconn', '1'],
    ['net.ipv4.tcp_rmem = 4096\t87380  6291456', 'net.ipv4.tcp_rmem', '4096\t87380  6291456'],
    ['kernel.core_pattern = |/bin/x %e=%p', 'kernel.core_pattern', '|/bin/x %e=%p'],
    ['net.core.somaxconn == 1', 'net.core.somaxconn', '= 1'],
    ['net.core.somaxconn =', 'net.core.somaxconn', ''],
    ['net.core.somaxconn = 1 # many', 'net.core.somaxconn', '1 # many'],
  ])('%j is a setting', (text, key, value) => {
    expect(parseSysctlFile(text)).toMatchObject({ settings: [{ line: 1, key, value }], errors: [] });
  });

  it.each(['', '   ', '\r', '# net.core.somaxconn = 1', '  ; x'])('%j says nothing', (text) => {
    expect(parseSysctlFile(text)).toEqual({ settings: [], exclusions: [], errors: [] });
  });

  it('a name behind “-” is kept out of patterns', () => {
    expect(parseSysctlFile('#\n-net.ipv4.conf.eth0.rp_filter')).toEqual({
      settings: [],
      exclusions: [{ line: 2, key: 'net.ipv4.conf.eth0.rp_filter' }],
      errors: [],
    });
  });

  it.each([
    ['net.core.somaxconn 1024', /no “=”.*net\.core\.somaxconn = 1024/],
    ['somaxconn', /is no “name = value”/],
    ['= 5', /no name/],
    ['/ = 5', /no name/],
    ['net.core. somaxconn = 5', /a blank is inside/],
    ['- net.core.somaxconn = 5', /blank behind the “-”/],
    ['net.core.somaxconn = 5\u00a0', /U\+00A0/],
    ['\ufeffnet.core.somaxconn = 5', /U\+FEFF/],
    ['net.core.somaxconn = 5\u0000', /not text/],
    ['\u001b[31m = 5', /not text/],
    ['\ufffd\ufffd', /not text/],
    [`kernel.core_pattern = ${'x'.repeat(5000)}`, /5000 characters/],
    ['sysctl -w net.core.somaxconn=5', /a blank is inside/],
    ['/proc/sys/net/core/somaxconn = 5', /below \/proc\/sys.*meant is net\.core\.somaxconn/],
  ])('%j is an error', (text, words) => {
    expect(parseSysctlFile(`# first\n${text}`)).toEqual({
      settings: [],
      exclusions: [],
      errors: [{ line: 2, message: expect.stringMatching(words) }],
    });
  });

  it('goes on behind an error, and to a last line without an end', () => {
    const { settings, errors } = parseSysctlFile('a b\nnet.core.somaxconn = 1\n\nx\nnet.ipv4.tcp_sack = 1');
    expect(settings.map(({ line }) => line)).toEqual([2, 5]);
    expect(errors.map(({ line }) => line)).toEqual([1, 4]);
  });

  it('sums up a file that is no configuration', () => {
    const { errors } = parseSysctlFile('no setting\n'.repeat(5000));
    expect(errors).toHaveLength(11);
    expect(errors.at(-1)).toEqual({ line: 11, message: 'from here on 4990 more lines are no settings' });
  });

  it('is total: whatever the bytes, each line is judged, an error, or says nothing', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc
        .tuple(fc.constantFrom('net.ipv4.tcp_sack', 'net.*', 'net.ipv4.[', '-', '', 'net/x'), fc.string())
        .map(([a, b]) => `${a}=${b}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (texts) => {
        const text = texts.join('\n');
        const { lines } = await lint(text);
        for (const { line: number, because, parameter } of lines) {
          expect(number).toBeLessThanOrEqual(text.split('\n').length);
          expect(because.length * parameter.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
