import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parsePrediction } from '../../src/contract/prediction.ts';
import { modelNames } from '../../src/tcp/prediction.ts';
import { runProgram } from './start-program.ts';

const predict = (args: string, before: readonly string[] = []) =>
  runProgram(['predict', ...args.split(' ').filter((word) => word !== '')], { before });

/** Arguments, and the words that tell how to put it right. */
const refused: readonly (readonly [string, RegExp])[] = [
  ['', /missing required argument 'model'/],
  ['nonsense', /Allowed choices are connect, synack, keepalive, retransmit, close, queues/],
  ['connect --set', /argument missing/],
  ['connect --set tcp_syn_retry=3', /model connect has: peer,.*tcp_syn_retries,.*TCP_SYNCNT/],
  ['connect --set tcp_syn_retries', /Write --set name=value/],
  ['connect --set tcp_syn_retries=', /It is a number from 1 to 127/],
  ['connect --set tcp_syn_retries=0', /It is a number from 1 to 127/],
  ['connect --set tcp_syn_retries=128', /It is a number from 1 to 127/],
  ['connect --set tcp_syn_retries=many', /It is a number from 1 to 127/],
  ['connect --set tcp_syn_retries=2.5', /It is a whole number/],
  ['connect --set peer=nobody', /It is one of: drop, accepts, closed-port/],
  ['connect --set TCP_RTO_MAX_MS=500', /The kernel takes 1000 to 120000 ms/],
  ['keepalive --set TCP_KEEPIDLE=1500ms', /It is a whole number of seconds/],
  ['queues --set tcp_syn_retries=3', /model queues has: backlog, somaxconn/],
  ['connect --kernel', /argument missing/],
  ['connect --kernel abc', /"abc".*\n.*from 4\.4 on/],
  ['connect --kernel 6', /"6".*\n.*from 4\.4 on/],
  ['connect --kernel 6.1x', /"6\.1x".*\n.*from 4\.4 on/],
  ['connect --kernel 3.10', /"3\.10".*\n.*from 4\.4 on/],
  ['connect --kernel 4.3', /"4\.3".*\n.*from 4\.4 on/],
  ['connect --kernel 5.40', /"5\.40".*\n.*from 4\.4 on/],
  ['connect --kernel 99.1', /"99\.1".*\n.*from 4\.4 on/],
  ['connect --kernel 6.4 --set tcp_syn_linear_timeouts=1', /tcp_syn_linear_timeouts exists since 6\.5/],
  ['connect --kernel 6.14 --set net.ipv4.tcp_rto_max_ms=2s', /tcp_rto_max_ms exists since 6\.15/],
  ['connect --kernel 6.14 --set TCP_RTO_MAX_MS=2s', /TCP_RTO_MAX_MS exists since 6\.15/],
  ['close --kernel 6.13 --set tcp_tw_reuse_delay=500', /tcp_tw_reuse_delay exists since 6\.14/],
  ['retransmit --kernel 6.10 --set tcp_rto_min_us=5000', /tcp_rto_min_us exists since 6\.11/],
  ['close --kernel 4.18 --set tcp_tw_reuse=2', /It is a number from 0 to 1/],
  ['connect --list --json', /cannot be used with option/],
  ['connect extra', /too many arguments/],
];

describe('predict with wrong arguments', () => {
  it.each(refused)('%s: exit 2 and what would be right', async (args, words) => {
    const run = await predict(args);
    expect(run.stderr).toMatch(words);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).not.toMatch(/\bat \S+ \(|should not have happened/);
  });
});

describe('predict --json', () => {
  it.each(modelNames)('%s prints one document of its contract', async (model) => {
    const run = await predict(`${model} --json`);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(parsePrediction(JSON.parse(run.stdout))).toMatchObject({ schemaVersion: 1, model });
  });

  it('the example of the contract: connect on 6.18', async () => {
    const run = await predict('connect --kernel 6.18 --json');
    const prediction = parsePrediction(JSON.parse(run.stdout));
    expect(prediction).toMatchObject({
      kernel: '6.18',
      inputs: { tcp_syn_retries: 6, tcp_syn_linear_timeouts: 4 },
      outcome: { atMs: 131_000, errno: 'ETIMEDOUT', state: 'CLOSE' },
    });
    expect(prediction.outcome.latestMs).toBeGreaterThan(135_000);
    expect(prediction.outcome.latestMs).toBeLessThan(137_000);
  });
});

describe('where the values come from', () => {
  it('--kernel: that kernel’s defaults and rules', async () => {
    const run = await predict('connect --kernel 6.1 --json');
    expect(JSON.parse(run.stdout).outcome.atMs).toBe(127_000);
    const old = await predict('queues --kernel 5.3 --json');
    expect(JSON.parse(old.stdout).limits).toEqual({ acceptQueue: 129, synQueue: 128 });
    const stable = await predict('queues --kernel 6.12.10 --set backlog=8 --json');
    expect(JSON.parse(stable.stdout).limits).toEqual({ acceptQueue: 9, synQueue: 9 });
  });

  it('without it: the sysctls of this namespace; --set goes before them', async () => {
    const inNamespace = ['unshare', '-n', 'sh', '-c'];
    const script = (rest: string) =>
      `echo 2 > /proc/sys/net/ipv4/tcp_syn_retries; echo 0 > /proc/sys/net/ipv4/tcp_syn_linear_timeouts; exec "$0" "$@" ${rest}`;
    const own = await predict('connect --json', [...inNamespace, script('')]);
    expect(JSON.parse(own.stdout)).toMatchObject({
      inputs: { tcp_syn_retries: 2, tcp_syn_linear_timeouts: 0 },
      outcome: { atMs: 7000 },
    });
    const set = await predict('connect --json', [...inNamespace, script('--set tcp_syn_retries=3')]);
    expect(JSON.parse(set.stdout).outcome.atMs).toBe(15_000);
  });

  it('a sysctl that cannot be read is told, and the kernel’s default taken', async () => {
    const hidden = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /proc/sys/net && exec "$0" "$@"'];
    const run = await predict('connect --json', hidden);
    expect(run.stderr).toMatch(/could not be read here: net\.ipv4\.tcp_syn_retries \(6 taken/);
    expect(JSON.parse(run.stdout).outcome.atMs).toBe(131_000);
    const text = await predict('connect', hidden);
    expect(text.stdout).toMatch(/could not be read here/);
  });

  it('a kernel newer than the model is said', async () => {
    const run = await predict('connect --kernel 7.2');
    expect(run.stdout).toMatch(/7\.2 is newer than what was checked: the rules of 6\.18 are used/);
    expect(run.exitCode).toBe(0);
  });

  it('names may carry net.ipv4 and net.core, numbers a unit', async () => {
    const run = await predict(
      'connect --kernel 6.18 --set net.ipv4.tcp_syn_retries=1 --set TCP_USER_TIMEOUT=2s --json',
    );
    expect(JSON.parse(run.stdout).outcome.atMs).toBe(2000);
    const queues = await predict('queues --kernel 6.18 --set net.core.somaxconn=16 --json');
    expect(JSON.parse(queues.stdout).limits.acceptQueue).toBe(17);
  });
});

describe('predict as text', () => {
  it('begins with the answer, then times, drawing, reasons, what counts and what does not', async () => {
    const { stdout, stderr } = await predict('connect --kernel 6.18 --set tcp_syn_retries=1');
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^connect\(\) to a host that never answers fails after 3 s \(at most 3\.1 s\) with ETIMEDOUT; 3 SYNs are\s+sent\.\n/,
    );
    const parts = [
      'Linux 6.18',
      'at  at most  who',
      'SYN, sent again (2)',
      'ETIMEDOUT, CLOSE',
      '├',
      'Because',
      'Counts',
      'No effect',
    ];
    const places = parts.map((part) => stdout.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(stdout.split('\n').filter((line) => [...line].length > 100)).toEqual([]);
  });

  it('queues: which limit binds and which parameter does nothing', async () => {
    const { stdout } = await predict('queues --kernel 6.18 --set backlog=1000 --set somaxconn=128');
    expect(stdout).toMatch(/^129 complete connections fit .* 129 half-open ones/);
    expect(stdout).toMatch(/somaxconn=128 binds: a larger backlog\s+changes nothing/);
    expect(stdout).toMatch(/tcp_max_syn_backlog=2048 does nothing/);
    expect(stdout).toMatch(/No effect {2}tcp_max_syn_backlog=2048/);
  });

  it('both ends where a few ms of RTO decide', async () => {
    const { stdout } = await predict('retransmit --kernel 6.18 --set tcp_retries2=3 --set rtoMs=212');
    expect(stdout).toMatch(/6\.78 s +7\.\d+ s +end +ETIMEDOUT, CLOSE/);
    expect(stdout).toMatch(/3\.42 s +\S+ s +end +perhaps ETIMEDOUT, CLOSE/);
  });

  it('what never ends', async () => {
    const { stdout } = await predict('keepalive --kernel 6.18 --set peer=alive');
    expect(stdout).toMatch(/never +end +stays ESTABLISHED/);
  });

  it.each(modelNames)('--list %s: every setting with its value, range and meaning', async (model) => {
    const run = await predict(`${model} --list --kernel 6.18`);
    const prediction = JSON.parse((await predict(`${model} --kernel 6.18 --json`)).stdout);
    for (const [name, value] of Object.entries({ ...prediction.inputs, ...prediction.ignored }))
      expect(run.stdout).toContain(`\n${name}=${value}\n`);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

it('schema prediction is a JSON Schema of its contract', async () => {
  const run = await runProgram(['schema', 'prediction']);
  expect(JSON.parse(run.stdout)).toMatchObject({
    title: 'halfopen prediction, version 1',
    required: expect.arrayContaining(['model', 'kernel', 'inputs', 'events', 'outcome', 'because']),
  });
});

describe('elsewhere than on Linux', () => {
  const elsewhere = {
    nodeArguments: [
      '--import',
      'data:text/javascript,Object.defineProperty(process,"platform",{value:"darwin"})',
    ],
  };

  it('asks for --kernel, and works with it', async () => {
    const without = await runProgram(['predict', 'connect'], elsewhere);
    expect(without.stderr).toMatch(/cannot predict for darwin.*\n.*--kernel 6\.1/);
    expect(without.exitCode).toBe(3);
    const withIt = await runProgram(['predict', 'connect', '--kernel', '6.1', '--json'], elsewhere);
    expect(JSON.parse(withIt.stdout).outcome.atMs).toBe(127_000);
  });
});

it('is quick', () => {
  // A timeline of weeks is counted and not listed.
  const out = execFileSync(process.execPath, [
    'dist/main.js',
    'predict',
    'keepalive',
    '--kernel',
    '6.18',
    '--set',
    'TCP_USER_TIMEOUT=24h',
    '--set',
    'TCP_KEEPINTVL=1',
    '--json',
  ]);
  const { events, answer } = JSON.parse(out.toString());
  expect(events.length).toBeLessThan(250);
  expect(answer).toMatch(/79,\d{3} probes are sent/);
});
