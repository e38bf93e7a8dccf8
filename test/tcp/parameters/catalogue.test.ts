import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parametersPage } from '../../../src/report/tune/parameters-page.ts';
import { newestKernel } from '../../../src/tcp/model/kernel-version.ts';
import { settingNames, sysctlOfSetting } from '../../../src/tcp/model/setting-catalogue.ts';
import { allParameters, loadParameters, parameterNames } from '../../../src/tcp/parameters/all-parameters.ts';
import { otherConntrack } from '../../../src/tcp/parameters/conntrack/other-protocols.ts';
import { goneParameters } from '../../../src/tcp/parameters/gone/gone-parameters.ts';
import { isDefault, judgeValue } from '../../../src/tcp/parameters/judge-value.ts';
import { subjects } from '../../../src/tcp/parameters/parameter.ts';
import {
  catalogueName,
  meantName,
  namesOfGlob,
  nearestNames,
  sysctlKey,
  sysctlPath,
} from '../../../src/tcp/parameters/parameter-names.ts';
import { parameterValue } from '../../../src/tcp/parameters/parameter-value.ts';
import {
  conntrackTableNames,
  goneTableNames,
  unrelatedTableNames,
} from '../../../src/tcp/parameters/table-names.ts';
import { otherUnrelated } from '../../../src/tcp/parameters/unrelated/other-unrelated.ts';
import { observedSysctls } from '../../../src/tcp/sysctls.ts';

const parameters = await allParameters();
const context = { kernel: newestKernel, other: () => undefined };

describe('catalogue', () => {
  it('lists every parameter under its own name, once, and by subject', () => {
    expect(parameters.map(({ name }) => name)).toEqual(parameterNames);
    const order = parameters.map(({ subject }) => subjects.indexOf(subject));
    expect(new Set(order).size).toBe(subjects.length);
  });

  it('knows the names of its tables', () => {
    const named = [...conntrackTableNames, ...unrelatedTableNames, ...goneTableNames];
    const rows = [...otherConntrack, ...otherUnrelated, ...goneParameters];
    expect(named).toEqual(rows.map(({ name }) => name));
  });

  it('has what the models, the observations and the write-ups name', () => {
    const wanted = [
      ...settingNames.flatMap((name) => sysctlOfSetting(name) ?? []),
      ...observedSysctls,
      ...[...readFileSync('fixtures/sysctl/write-up.conf', 'utf8').matchAll(/^([\w.]+) =/gm)].map(
        ([, name = '']) => name,
      ),
    ];
    expect(wanted.length).toBeGreaterThan(70);
    expect(wanted.filter((name) => catalogueName(name) === undefined)).toEqual([]);
  });

  it.each(parameters.map((parameter) => [parameter.name, parameter] as const))(
    '%s is complete',
    (_, parameter) => {
      for (const text of [
        parameter.meaning,
        parameter.read,
        parameter.moves,
        parameter.doesNot,
        parameter.source,
      ])
        expect(text.length).toBeGreaterThan(3);
      for (const sentence of [parameter.meaning, parameter.doesNot])
        expect(sentence).toMatch(/^[A-Z0-9“][\s\S]*\.$/);
      expect(Object.isFrozen(parameter)).toBe(true);
      const usual = parameter.default(newestKernel);
      expect((usual === null) !== (parameter.defaultNote === null) || parameter.subject === 'ports').toBe(
        true,
      );
      if (usual !== null) {
        const value = parameterValue(usual, parameter.type);
        expect(isDefault(parameter, value, context)).toBe(true);
        if (parameter.type !== 'text') expect(value.numbers.length).toBeGreaterThan(0);
      }
    },
  );

  it.each(parameters.map((parameter) => [parameter.name, parameter] as const))(
    '%s: each value has a verdict in whole sentences',
    (_, parameter) => {
      const values = [
        ...parameter.advised,
        parameter.default(newestKernel) ?? '1',
        '0',
        '1',
        '2',
        '100',
        '65535',
        '1 2 3',
        '16777216',
      ];
      for (const text of values) {
        const { because } = judgeValue(parameter, text, context);
        expect(because).toMatch(/^[A-Z0-9“][\s\S]*[.)]$/);
        expect(because).not.toMatch(/undefined|NaN|null/);
      }
    },
  );

  it('leaves nothing advised that every kernel refuses, but for its own sake', () => {
    const refused = parameters.flatMap((parameter) =>
      parameter.advised
        .filter((text) => judgeValue(parameter, text, context).problem === 'refused')
        .map((text) => `${parameter.name}=${text}`),
    );
    expect(refused).toEqual([]);
  });

  it('loads only what is asked for', async () => {
    const some = await loadParameters(['net.ipv4.tcp_sack', 'net.ipv4.nosuch', 'toString']);
    expect([...some.keys()]).toEqual(['net.ipv4.tcp_sack']);
  });

  it('is what docs/parameters.md shows (npm run parameters)', () => {
    expect(readFileSync('docs/parameters.md', 'utf8')).toBe(parametersPage(parameters));
  });
});

describe('names', () => {
  it.each([
    ['net/ipv4/tcp_sack', 'net.ipv4.tcp_sack', 'net/ipv4/tcp_sack'],
    ['net.ipv4.tcp_sack', 'net.ipv4.tcp_sack', 'net/ipv4/tcp_sack'],
    [
      'net/ipv4/conf/eth0.100/rp_filter',
      'net.ipv4.conf.eth0/100.rp_filter',
      'net/ipv4/conf/eth0.100/rp_filter',
    ],
    [
      'net.ipv4.conf.eth0/100.rp_filter',
      'net.ipv4.conf.eth0/100.rp_filter',
      'net/ipv4/conf/eth0.100/rp_filter',
    ],
    ['/proc/sys/net/core/somaxconn', 'net.core.somaxconn', 'net/core/somaxconn'],
  ])('%s', (written, key, path) => {
    expect([sysctlKey(written), sysctlPath(sysctlKey(written))]).toEqual([key, path]);
  });

  it.each([
    ['tcp_tw_recycle', 'net.ipv4.tcp_tw_recycle'],
    ['ipv4/tcp_tw_recycle', 'net.ipv4.tcp_tw_recycle'],
    ['somaxconn', 'net.core.somaxconn'],
    ['core.somaxconn', 'net.core.somaxconn'],
    ['nf_conntrack_max', 'net.netfilter.nf_conntrack_max'],
    ['swappiness', 'vm.swappiness'],
    ['rp_filter', 'net.ipv4.conf.*.rp_filter'],
    ['net.ipv4.conf.eth0/100.rp_filter', 'net.ipv4.conf.*.rp_filter'],
    ['conf.all.arp_ignore', 'net.ipv4.conf.*.arp_ignore'],
    ['gc_thresh3', 'net.ipv4.neigh.default.gc_thresh3'],
    ['keepalive', undefined],
    ['net.ipv4.conf.eth0.100.rp_filter', undefined],
    ['', undefined],
  ])('%s means %s', (written, name) => {
    expect(meantName(written)).toBe(name);
  });

  it.each([
    ['tcp_syncokies', 'net.ipv4.tcp_syncookies'],
    ['net.ipv4.tcp_max_sync_backlog', 'net.ipv4.tcp_max_syn_backlog'],
    ['net.core.somaxcon', 'net.core.somaxconn'],
    ['kernel.tcp_tw_reuse', 'net.ipv4.tcp_tw_reuse'],
  ])('%s looks like %s', (written, name) => {
    expect(nearestNames(written)[0]).toBe(name);
  });

  it('offers nothing for what looks like nothing', () => {
    expect(nearestNames('dev.raid.speed_limit_max')).toEqual([]);
    expect(nearestNames('x'.repeat(5000))).toEqual([]);
  });

  it.each([
    ['net.ipv4.tcp_keepalive_*', 3],
    ['net.ipv4.conf.*.rp_filter', 1],
    ['net.ipv4.tcp_[st]ack', 1],
    ['net.ipv4.tcp_[!s]ack', 1],
    ['net.*.somaxconn', 1],
    ['net.*', 1],
    ['net.ipv4.[z-a]', 0],
    ['net.ipv4.(a+)+$', 0],
  ])('the pattern %s means %i parameters', (glob, count) => {
    expect(namesOfGlob(glob)).toHaveLength(count);
  });
});
