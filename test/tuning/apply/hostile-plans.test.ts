import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/app/diagnose-host.ts';
import { applyTuning, chooseChanges } from '../../../src/app/tune/apply-tuning.ts';
import { HalfopenError } from '../../../src/base/errors.ts';
import { parseTunePlan } from '../../../src/contract/tune-plan.ts';
import { findNamespaces } from '../../../src/kernel/netns/find-namespaces.ts';
import { namespaceCookie } from '../../../src/kernel/netns/namespace-cookie.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import type { ConfigChange, PlanEdit, PlanNamespace, TunePlan } from '../../../src/tcp/tune-plan.ts';
import { sha256Of } from '../../../src/tuning/apply/write-step.ts';
import { unifiedDiff } from '../../../src/tuning/plan/unified-diff.ts';
import { Image, nginxFile, nginxText, sysctlChange } from './image.ts';

function reparsed(plan: TunePlan): TunePlan {
  return parseTunePlan(JSON.parse(JSON.stringify(plan)));
}

function withEdit(image: Image, more: Partial<ConfigChange>): TunePlan {
  return image.plan([{ ...image.nginxEdit(1), ...more }]);
}

describe('a plan that somebody has written to', () => {
  const lines = (edit: Partial<PlanEdit>) => ({ line: 2, before: '  listen 80;\r', after: '', ...edit });
  it.each([
    ['a way upwards', { file: '/etc/nginx/../shadow' }, /changes\[0\]\.file/],
    ['a NUL in a name', { file: '/etc/nginx\0/x' }, /changes\[0\]\.file/],
    ['a line break in a name', { file: '/etc/nginx\n/x' }, /changes\[0\]\.file/],
    ['a root that is no process’s', { root: '/proc/1/root/../..' }, /changes\[0\]\.root/],
    ['a second line that looks like context', { edit: lines({ after: 'a\n  b' }) }, /edit of one line/],
    ['a NUL in an edit', { edit: lines({ after: 'a\0' }) }, /edit of one line/],
  ])('is refused with %s', (_, more, words) => {
    using image = new Image();
    expect(() => reparsed(withEdit(image, more))).toThrow(words);
  });

  it('is refused with a number twice: what was agreed to could be the other one', () => {
    using image = new Image();
    const [one = image.nginxEdit(1)] = image.changes();
    expect(() => reparsed(image.plan([one, one]))).toThrow(/each number once/);
  });

  it.each([
    ['a parameter nobody has judged', sysctlChange(1, 'net.core.nobody_knows', '0', '1'), /catalogue/],
    [
      'one that is not of the network',
      sysctlChange(1, 'kernel.modules_disabled', '0', '1'),
      /of the network/,
    ],
    [
      'a container’s value for the host’s sysctl.d',
      { ...sysctlChange(1, 'net.core.somaxconn', '128', '1'), lasts: 'elsewhere' as const },
      /damaged/,
    ],
  ])('is refused with %s', (_, change, words) => {
    using image = new Image();
    expect(() =>
      chooseChanges(image.plan([change]), { with: [], editConfig: true, root: image.root }),
    ).toThrow(words);
  });

  const values = (value: unknown): fc.Arbitrary<unknown> =>
    fc.oneof(
      fc.constantFrom<unknown>(
        null,
        '',
        '..',
        '/etc/../x',
        '/dev/zero',
        'a\nb',
        '\0',
        '\u009b2J',
        -1,
        0.5,
        Number.POSITIVE_INFINITY,
      ),
      fc.constantFrom<unknown>(2 ** 60, {}, [], true, '/', '/proc/1/root', 'é'.repeat(5000)),
      fc.string().map((text) => (typeof value === 'string' ? value + text : text)),
    );

  /** One place of a document, however deep, with something else in it, or nothing. */
  const mutated = (document: unknown): fc.Arbitrary<unknown> => {
    if (typeof document !== 'object' || document === null) return values(document);
    const keys = Object.keys(document);
    if (keys.length === 0) return values(document);
    return fc.constantFrom(...keys).chain((key) => {
      const inner = (document as Record<string, unknown>)[key];
      const put = (value: unknown) =>
        Array.isArray(document) ? document.with(Number(key), value) : { ...document, [key]: value };
      const without = Array.isArray(document)
        ? document.toSpliced(Number(key), 1)
        : Object.fromEntries(Object.entries(document).filter(([name]) => name !== key));
      return fc.oneof(
        { weight: 4, arbitrary: mutated(inner).map(put) },
        { weight: 1, arbitrary: values(inner).map(put) },
        { weight: 1, arbitrary: fc.constant(without) },
      );
    });
  };

  it('is made, or refused in a sentence with code 2 or 3, whatever it is', () => {
    using image = new Image();
    const before = image.everything;
    const plan: unknown = JSON.parse(JSON.stringify(image.plan()));
    const twice = mutated(plan).chain((one) => fc.oneof(fc.constant(one), mutated(one)));
    fc.assert(
      fc.property(twice, fc.boolean(), (document, isImage) => {
        try {
          const { root } = image;
          const parsed = parseTunePlan(document);
          chooseChanges(parsed, { with: [], editConfig: true, ...(isImage ? { root } : {}) });
        } catch (error) {
          if (!(error instanceof HalfopenError)) throw error;
          expect([2, 3]).toContain(error.exitCode);
          expect(error.message).toMatch(/^cannot /);
          expect(error.message.split('\n')[0]?.length).toBeLessThan(20_000);
        }
      }),
      { numRuns: 400 },
    );
    expect(image.everything).toEqual(before);
  });
});

describe('--root', () => {
  const choice = (root: string) => ({ with: [], editConfig: true, root });

  it('is never this host itself', () => {
    using image = new Image();
    expect(() => chooseChanges(image.plan(), choice('/'))).toThrow(/leave out --root/);
    const link = path.join(image.folder, 'link');
    symlinkSync('/', link);
    expect(() => chooseChanges(image.plan(), choice(link))).toThrow(/leave out --root/);
    expect(() => chooseChanges(image.plan(), choice('/none'))).toThrow(/cannot write below \/none: ENOENT/);
  });

  it('is not left by a link in the image, as images have them', () => {
    using image = new Image();
    const outside = path.join(image.folder, 'outside');
    mkdirSync(path.join(outside, 'sysctl.d'), { recursive: true });
    symlinkSync(path.join(outside, 'sysctl.d'), path.join(image.root, 'etc/sysctl.d'));
    const { steps } = image.apply(
      undefined,
      image.plan([sysctlChange(1, 'net.core.somaxconn', '128', '4096')]),
    );
    expect(steps.at(-1)).toMatchObject({ outcome: 'failed', said: expect.stringMatching(/lies outside of/) });
    expect(existsSync(path.join(outside, 'sysctl.d/90-halfopen.conf'))).toBe(false);
    image.rollBack();

    renameSync(path.join(image.root, 'etc/nginx'), path.join(outside, 'nginx'));
    symlinkSync(path.join(outside, 'nginx'), path.join(image.root, 'etc/nginx'));
    expect(() => chooseChanges(withEdit(image, {}), choice(image.root))).toThrow(/lies outside of/);
    expect(image.apply(undefined, withEdit(image, {})).steps[0]).toMatchObject({ outcome: 'failed' });
    expect(readFileSync(path.join(outside, 'nginx/nginx.conf'), 'utf8')).toBe(nginxText);
  });

  it('does not reach the running kernel through a /proc that is mounted or linked there', () => {
    using image = new Image();
    rmSync(path.join(image.root, 'proc'), { recursive: true });
    symlinkSync('/proc', path.join(image.root, 'proc'));
    const change = { ...sysctlChange(1, 'net.ipv4.tcp_fin_timeout', '60', '61'), optional: false };
    const { steps } = image.apply(undefined, image.plan([change]));
    expect(steps.map(({ what }) => path.basename(what))).toEqual(['90-halfopen.conf']);
  });
});

describe('edits of a file', () => {
  const edits = (image: Image, text: Buffer, list: readonly PlanEdit[]): TunePlan => {
    writeFileSync(path.join(image.root, nginxFile), text);
    const sha256 = sha256Of(text);
    const changes = list.map((edit, at) => ({
      ...image.nginxEdit(at + 1),
      sha256,
      edit,
      diff: unifiedDiff(nginxFile, text.toString('utf8'), edit),
    }));
    return image.plan(changes);
  };

  it.each([
    [
      'Latin-1',
      Buffer.from('# f\xfcr K\xf6ln\nlisten 80;\n', 'latin1'),
      Buffer.from('# f\xfcr K\xf6ln\nlisten 81;\n', 'latin1'),
    ],
    ['a byte order mark', Buffer.from('\ufeff#\nlisten 80;'), Buffer.from('\ufeff#\nlisten 81;')],
  ])('keep the other bytes as they are: %s', (_, before, after) => {
    using image = new Image();
    const plan = edits(image, before, [{ line: 2, before: 'listen 80;', after: 'listen 81;' }]);
    expect(image.apply(undefined, plan).steps[0]?.outcome).toBe('made');
    expect(readFileSync(path.join(image.root, nginxFile))).toEqual(after);
    image.rollBack();
    expect(readFileSync(path.join(image.root, nginxFile))).toEqual(before);
  });

  it('may be several, each by the line numbers of the plan', () => {
    using image = new Image();
    const plan = edits(image, Buffer.from('a\nb\nc\nd\n'), [
      { line: 2, before: '', after: 'new', insert: true },
      { line: 3, before: 'c', after: 'C' },
      { line: 4, before: 'd', after: 'D' },
      { line: 4, before: 'd', after: 'D' },
    ]);
    expect(image.apply(undefined, plan).steps.map(({ outcome }) => outcome)).toEqual([
      'made',
      'made',
      'made',
      'so already',
    ]);
    expect(image.read(nginxFile)).toBe('a\nnew\nb\nC\nD\n');
    image.rollBack();
    expect(image.read(nginxFile)).toBe('a\nb\nc\nd\n');
  });

  it('are of the file that was shown: another line that has changed meanwhile stops them', () => {
    using image = new Image();
    const plan = edits(image, Buffer.from('a\nb\n'), [{ line: 1, before: 'a', after: 'A' }]);
    image.put(nginxFile, 'a\nB\n');
    expect(image.apply(undefined, plan).steps[0]).toMatchObject({
      outcome: 'failed',
      said: expect.stringMatching(/changed since/),
    });
    expect(image.read(nginxFile)).toBe('a\nB\n');
  });
});

describe.skipIf(process.getuid?.() !== 0)('a plan for a live namespace (needs root)', () => {
  function planned(namespace: LabNamespace): PlanNamespace {
    const cookie = namespaceCookie(namespace.path);
    const found = findNamespaces().namespaces.find(
      ({ path: at }) => at !== null && namespaceCookie(at) === cookie,
    );
    if (found === undefined) throw new Error('not found');
    return { inode: found.inode, names: found.names, initial: false, pid: null, cookie };
  }

  function livePlan(image: Image, namespace: PlanNamespace, present = '60'): TunePlan {
    const change = {
      ...sysctlChange(1, 'net.ipv4.tcp_fin_timeout', present, '33'),
      namespace: namespace.inode,
    };
    return { ...image.plan([{ ...change, lasts: 'elsewhere' }]), namespaces: [namespace] };
  }

  it.each([
    ['called the host', { initial: true }, /is not the host’s/],
    ['of another name', { names: ['innocent'] }, /is not called innocent/],
    ['without its cookie', { cookie: null }, /is gone/],
    ['of another cookie', { cookie: '1' }, /is gone/],
  ])('is refused for one %s', (_, more, words) => {
    using image = new Image();
    using namespace = LabNamespace.create('hostile');
    const plan = livePlan(image, { ...planned(namespace), ...more });
    expect(() => chooseChanges(plan, { with: [], editConfig: false })).toThrow(words);
  });

  it('sets nothing that has changed between the look and the yes', () => {
    using image = new Image();
    using namespace = LabNamespace.create('hostile');
    namespace.setSysctl('net.ipv4.tcp_fin_timeout', 60);
    const plan = livePlan(image, planned(namespace));
    const { chosen, changedSince } = chooseChanges(plan, { with: [], editConfig: false });
    expect(changedSince).toEqual([]);
    namespace.setSysctl('net.ipv4.tcp_fin_timeout', 77);
    const request = { plan, chosen, state: image.state, version: '0', clock: systemClock };
    expect(() => applyTuning(request)).toThrow(/changed meanwhile: net\.ipv4\.tcp_fin_timeout is 77 by now/);
    const { changedSince: agreed } = chooseChanges(plan, { with: [], editConfig: false });
    expect(applyTuning({ ...request, agreed }).steps).toMatchObject([{ outcome: 'made' }]);
    expect(image.rollBack()?.steps).toMatchObject([{ outcome: 'restored', said: '33 -> 77' }]);
  });

  it('edits no file that the host would not edit for that process', () => {
    using image = new Image();
    using namespace = LabNamespace.create('hostile');
    const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-secret-'));
    try {
      const file = path.join(folder, 'shadow');
      writeFileSync(file, 'root:*:\n');
      const edit = { line: 1, before: 'root:*:', after: 'root::' };
      const one = planned(namespace);
      const change: ConfigChange = {
        ...image.nginxEdit(1),
        namespace: one.inode,
        pid: process.pid,
        file,
        sha256: sha256Of(readFileSync(file)),
        edit,
        diff: unifiedDiff(file, 'root:*:\n', edit),
      };
      const plan = { ...image.plan([change]), namespaces: [one] };
      expect(() => chooseChanges(plan, { with: [], editConfig: true })).toThrow(
        /change 1 is not what the host itself plans for process/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
