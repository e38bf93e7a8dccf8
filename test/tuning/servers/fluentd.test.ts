import { describe, expect, it } from 'vitest';
import { fluentdFinder } from '../../../src/tuning/servers/fluentd.ts';
import { refusal, type Situation, setting } from './ask.ts';

const main = '/etc/td-agent/td-agent.conf';
const words = [
  '/opt/td-agent/bin/ruby',
  '-Eascii-8bit:ascii-8bit',
  '/opt/td-agent/bin/fluentd',
  '--config',
  main,
  '--under-supervisor',
];
const conf = `# from the senders
<source>
  @type forward
  port 24224        # the usual
  <transport tls>
    port 1
    backlog 2
  </transport>
</source>
<source>
  type forward
  bind 10.0.0.1
  port 24225
  backlog 2048
</source>
<match debug.**>
  @type stdout
</match>
@include conf.d/*.conf
`;

function ask(
  listener: string,
  change: Situation['files'] = {},
  process: Situation['process'] = {},
): Situation {
  return {
    files: { [main]: conf, ...change },
    listener,
    process: { name: 'ruby', arguments: words, ...process },
  };
}

describe('the backlog of fluentd', () => {
  it('none set: below the type', () => {
    const found = setting(fluentdFinder, ask('0.0.0.0:24224'));
    expect(found).toMatchObject({
      at: `${main}:4`,
      after: '  backlog 4096',
      setting: { present: 1024, origin: 'default' },
    });
  });

  it('set', () => {
    const found = setting(fluentdFinder, ask('10.0.0.1:24225'));
    expect(found).toMatchObject({
      at: `${main}:14`,
      after: '  backlog 4096',
      setting: { present: 2048, origin: 'set' },
    });
  });

  it('included, for one worker, IPv6, with a comment', () => {
    const included =
      '<worker 1>\n<source>\n@type forward\nbind "::"\nport 5140\nbacklog 9 # few\n</source>\n</worker>\n';
    const found = setting(fluentdFinder, ask('[::]:5140', { '/etc/td-agent/conf.d/a.conf': included }));
    expect(found).toMatchObject({ at: '/etc/td-agent/conf.d/a.conf:6', after: 'backlog 4096 # few' });
  });

  it.each([
    [
      'FLUENT_CONF',
      { arguments: ['ruby', '/usr/bin/fluentd'], environment: { FLUENT_CONF: '/fluentd/x.conf' } },
      '/fluentd/x.conf',
    ],
    ['the file of the packages', { arguments: ['ruby', '/usr/bin/fluentd'] }, '/fluentd/etc/fluent.conf'],
    [
      '-c, from its folder',
      { arguments: ['fluentd', '-cmy.conf'], workingDirectory: '/srv' },
      '/srv/my.conf',
    ],
  ])('finds its configuration: %s', (_name, process, path) => {
    const files = { [path]: '<source>\n  @type forward\n</source>' };
    expect(setting(fluentdFinder, { files, listener: '0.0.0.0:24224', process }).at).toBe(`${path}:3`);
  });

  it.each([
    ['no such source', '0.0.0.0:1', {}, {}, 'no in_forward source'],
    [
      'embedded Ruby',
      '0.0.0.0:1',
      { [main]: '<source>\n@type forward\nport "#{ENV[\'P\']}"\n</source>' },
      {},
      'embedded Ruby',
    ],
    [
      'a backlog from Ruby',
      '0.0.0.0:24224',
      { [main]: '<source>\n@type forward\nbacklog "#{4}"\n</source>' },
      {},
      'no plain number',
    ],
    ['a name', '10.0.0.9:24224', { [main]: '<source>\n@type forward\nbind web\n</source>' }, {}, 'a name'],
    ['an open source', '0.0.0.0:24224', { [main]: '<source>\n@type forward\n' }, {}, 'not closed'],
    ['an include from the network', '0.0.0.0:1', { [main]: '@include http://a/b' }, {}, 'not a file'],
    ['YAML', '0.0.0.0:1', { '/a.yaml': 'config:' }, { arguments: ['fluentd', '-c', '/a.yaml'] }, 'YAML'],
    ['an inline configuration', '0.0.0.0:1', {}, { arguments: ['fluentd', '-i', '<source>'] }, 'inline'],
    [
      'two files that could be it',
      '0.0.0.0:24224',
      { '/etc/fluent/fluent.conf': '' },
      { arguments: ['fluentd'] },
      'neither',
    ],
  ])('refuses %s', (_name, listener, files, process, why) => {
    expect(refusal(fluentdFinder, ask(listener, files as Situation['files'], process)).refused).toContain(
      why,
    );
  });
});
