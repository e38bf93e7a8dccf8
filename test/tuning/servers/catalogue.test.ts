import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allServers } from '../../../src/tcp/servers/all-servers.ts';
import { serverNamed, serverOf, usualBacklog } from '../../../src/tcp/servers/recognise-server.ts';
import { allFinders } from '../../../src/tuning/servers/all-finders.ts';
import { findBacklogSetting } from '../../../src/tuning/servers/find-backlog-setting.ts';
import { serversPage } from '../../../src/tuning/servers/servers-page.ts';
import { aProcess, listenerOf, wanted } from './ask.ts';
import { memoryFiles } from './memory-files.ts';

describe('the catalogue of servers', () => {
  it('docs/servers.md is what it says', () => {
    const file = fileURLToPath(new URL('../../../docs/servers.md', import.meta.url));
    const page = serversPage(allServers);
    if (process.env.UPDATE_DOCS) writeFileSync(file, page);
    expect(readFileSync(file, 'utf8')).toBe(page);
  });

  it('has each server once, and a finder for servers it has', () => {
    const ids = allServers.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(allFinders.filter(({ server }) => !allServers.includes(server))).toEqual([]);
  });

  it.each(allServers)(
    '$id: recognisable, sourced, and its advice carries the number where it has a setting',
    (server) => {
      expect(server.recognise.name ?? server.recognise.commandLine).toBeDefined();
      expect(server.sources.length).toBeGreaterThan(0);
      const passesNumber = server.directive !== undefined && server.id !== 'postgresql';
      expect(server.advice(1234).includes('1234')).toBe(passesNumber);
      if (server.measured.some(({ reloadApplies }) => reloadApplies !== 'yes'))
        expect(server.takesEffect.because).not.toBe('');
    },
  );

  it.each([
    ['nginx', 'nginx: worker process', 'nginx'],
    ['apache2', '/usr/sbin/apache2 -k start', 'httpd'],
    ['ruby', '/opt/td-agent/bin/ruby /usr/sbin/td-agent --log x', 'fluentd'],
    ['ruby', 'puma 5.6.5 (tcp://0.0.0.0:9292) [app]', 'puma'],
    ['java', '/usr/bin/java -cp a kafka.Kafka config/server.properties', 'kafka'],
    ['java', '/usr/bin/java org.apache.catalina.startup.Bootstrap start', 'tomcat'],
    ['java', '/usr/bin/java -jar start.jar jetty.http.port=8080', 'jetty'],
    ['java', '/usr/bin/java -jar app.jar', 'java'],
    ['python3', '/usr/bin/python3 -m uvicorn app:app', 'uvicorn'],
    ['python3', '/usr/bin/python3 /usr/bin/gunicorn app:app', 'gunicorn'],
    ['python3', 'python3 -m http.server', 'python'],
    ['beam.smp', '/usr/lib/erlang/erts-13.1.5/bin/beam.smp -W w -- -s rabbit boot', 'rabbitmq'],
    ['cache-main', 'varnishd -F -a :6081', 'varnish'],
    ['postgres', 'postgres: checkpointer', 'postgresql'],
    ['MainThread', 'node server.js', 'node'],
    ['systemd', '/sbin/init', 'systemd'],
    ['php-fpm8.2', 'php-fpm: pool www', 'php-fpm'],
  ])('recognises %s (%s)', (name, commandLine, id) => {
    expect(serverOf({ name, commandLine })?.id).toBe(id);
  });

  it('knows nothing of others', () => {
    expect(serverOf({ name: 'myd', commandLine: 'myd --serve' })).toBeUndefined();
    expect(serverNamed(undefined)).toBeUndefined();
  });

  it('the usual backlogs are those that were measured', () => {
    const usual = Object.fromEntries(allServers.map((server) => [server.id, usualBacklog(server)]));
    expect(usual).toMatchObject({
      nginx: 511,
      redis: 511,
      lighttpd: 1024,
      postgresql: 244,
      mariadb: 80,
      sshd: 128,
    });
    expect(usual['php-fpm']).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('asking for whatever process it is', () => {
  const ask = (
    name: string,
    words: readonly string[],
    files: Readonly<Record<string, string>>,
    cgroup = '/',
  ) =>
    findBacklogSetting(
      {
        process: aProcess({ name, arguments: words, cgroup, executable: '/usr/sbin/nginx' }),
        listener: listenerOf('0.0.0.0:80'),
        backlog: wanted,
      },
      memoryFiles(files),
    );
  const nginxFiles = { '/etc/nginx/nginx.conf': 'events {} http { server { listen 80; } }' };

  it('the finder of its program answers', () => {
    const found = ask('nginx', ['nginx'], nginxFiles);
    expect(found).toMatchObject({ server: { id: 'nginx' }, answer: { present: 511 } });
  });

  it('a socket unit comes before the program', () => {
    const files = {
      ...nginxFiles,
      '/etc/systemd/system/nginx.socket': '[Socket]\nListenStream=80\nBacklog=5\n',
    };
    const found = ask('nginx', ['nginx'], files, '/system.slice/nginx.service');
    expect(found).toMatchObject({ server: { id: 'systemd' }, answer: { present: 5 } });
  });

  it('a program without a finder: its setting in words', () => {
    expect(ask('memcached', ['memcached'], {}).answer).toMatchObject({
      refused: expect.stringContaining('memcached -b 4096'),
    });
    expect(ask('sshd', ['sshd'], {}).answer).toMatchObject({
      refused: expect.stringContaining('no setting'),
    });
    expect(ask('myd', ['myd'], {})).toEqual({
      answer: { refused: expect.stringContaining('myd is not known') },
    });
  });
});
