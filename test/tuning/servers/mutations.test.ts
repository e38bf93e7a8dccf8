import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdit } from '../../../src/tuning/servers/apply-edit.ts';
import type { BacklogFinder, BacklogQuestion } from '../../../src/tuning/servers/backlog-setting.ts';
import { fluentdFinder } from '../../../src/tuning/servers/fluentd.ts';
import { haproxyFinder } from '../../../src/tuning/servers/haproxy.ts';
import { httpdFinder } from '../../../src/tuning/servers/httpd.ts';
import { lighttpdFinder } from '../../../src/tuning/servers/lighttpd.ts';
import { mariadbFinder } from '../../../src/tuning/servers/mariadb.ts';
import { nginxFinder } from '../../../src/tuning/servers/nginx.ts';
import { phpFpmFinder } from '../../../src/tuning/servers/php-fpm.ts';
import { postgresqlFinder } from '../../../src/tuning/servers/postgresql.ts';
import { redisFinder } from '../../../src/tuning/servers/redis.ts';
import { rsyslogFinder } from '../../../src/tuning/servers/rsyslog.ts';
import { systemdSocketFinder } from '../../../src/tuning/servers/systemd-socket.ts';
import { aProcess, listenerOf, wanted } from './ask.ts';
import { memoryFiles } from './memory-files.ts';

interface Sample {
  readonly finder: BacklogFinder;
  readonly words: readonly string[];
  readonly file: string;
  readonly text: string;
  readonly extra?: string;
}

/** Port 80 of 127.0.0.1 in all of them, and pieces that mean something in their language. */
const samples: readonly Sample[] = [
  {
    finder: nginxFinder,
    words: ['nginx', '-c', '/f'],
    file: '/f',
    text: 'events { }\nhttp {\n log_format a "x;{" \'}\'; # c\n server { listen 127.0.0.1:80 backlog=5 ssl; listen [::]:80; }\n server { listen 127.0.0.1:80; }\n}\n',
    extra: '{};"\'#\\$',
  },
  {
    finder: httpdFinder,
    words: ['httpd', '-f', '/f'],
    file: '/f',
    text: 'ServerRoot "/x"\n<IfModule a>\nListen 443\n</IfModule>\nListen 127.0.0.1:80\nListenBacklog 5\nLogFormat "%h \\"%r\\"" c\n',
    extra: '<>"\\\'#/',
  },
  {
    finder: haproxyFinder,
    words: ['haproxy', '-f', '/f'],
    file: '/f',
    text: 'global\n maxconn 9\ndefaults\n backlog 7\nfrontend a\n bind 127.0.0.1:80,:81 name "x y" # c\n backlog 8\n.if 1\nfrontend b\n bind :80\n.endif\n',
    extra: '"\'\\#.$',
  },
  {
    finder: lighttpdFinder,
    words: ['lighttpd', '-f', '/f'],
    file: '/f',
    text: 'server.modules = (\n "a", # (\n)\nserver.bind = "127.0.0.1"\nserver.port = 80\nserver.listen-backlog = 5\n$SERVER["socket"] == "127.0.0.1:81" { server.listen-backlog = 6 }\n',
    extra: '(){}"=#+:',
  },
  {
    finder: fluentdFinder,
    words: ['fluentd', '-c', '/f'],
    file: '/f',
    text: '<source>\n @type forward\n bind 127.0.0.1\n port 80 # c\n backlog 5\n <security>\n  a b\n </security>\n</source>\n<match **>\n</match>\n',
    extra: '<>/#{"@',
  },
  {
    finder: rsyslogFinder,
    words: ['rsyslogd', '-f', '/f'],
    file: '/f',
    text: 'module(load="imptcp" threads="2")\nmodule(load="imtcp") /* ( */\ninput(type="imptcp" port="80"\n address="127.0.0.1")\n*.* @@x;y\n$InputTCPServerRun 514\nif $a == "}" then { stop }\n',
    extra: '(){}"\'`$*/#=',
  },
  {
    finder: redisFinder,
    words: ['redis-server', '/f'],
    file: '/f',
    text: '# c\nbind 127.0.0.1 -::1\nport 80\ntcp-backlog 5\nsave ""\nloadmodule "/a b" \'c\'\n',
    extra: '"\'\\#',
  },
  {
    finder: postgresqlFinder,
    words: ['postgres', '-D', '/', '-c', 'config_file=/f'],
    file: '/f',
    text: "port = 80 # c\nlisten_addresses = '*'\nmax_connections = 100\t# c\nmax_wal_senders 5\n",
    extra: "'=#[]",
  },
  {
    finder: mariadbFinder,
    words: ['mariadbd', '--defaults-file=/f'],
    file: '/f',
    text: '[client]\nback_log=1\n[mysqld]\nport = 80\nbind-address=127.0.0.1\nloose-back-log = "5" # c\nskip-name-resolve\n',
    extra: '[]="#!-',
  },
  {
    finder: phpFpmFinder,
    words: ['php-fpm', '-y', '/f'],
    file: '/f',
    text: '[global]\npid = /x\n[www]\nlisten = 127.0.0.1:80 ; c\nlisten.backlog = 5\nenv[A] = "b"\n',
    extra: '[]=";$',
  },
  {
    finder: systemdSocketFinder,
    words: ['web'],
    file: '/etc/systemd/system/web.socket',
    text: '[Unit]\nDescription=a \\\n  b\n[Socket]\n# c\nListenStream=127.0.0.1:80\nBacklog=5\n',
    extra: '[]=#\\',
  },
];

type Mutation = readonly [kind: number, at: number, piece: number];

function mutate(text: string, extra: string, [kind, at, piece]: Mutation): string {
  const characters = `${extra}\n 0a`;
  const lines = text.split('\n');
  const line = at % lines.length;
  const offset = at % (text.length + 1);
  if (kind === 0) return text.slice(0, offset) + text.slice(offset + 1);
  if (kind === 1) return text.slice(0, offset) + characters[piece % characters.length] + text.slice(offset);
  if (kind === 2) return lines.toSpliced(line, 1).join('\n');
  if (kind === 3) return lines.toSpliced(piece % lines.length, 0, lines[line] ?? '').join('\n');
  return text.slice(0, offset);
}

describe('configurations with mistakes in them', () => {
  it.each(samples.map((sample) => [sample.finder.server.id, sample] as const))(
    '%s: refused, or one line that does what was asked for, and never an exception',
    (_id, sample) => {
      const question: BacklogQuestion = {
        process: aProcess({ arguments: sample.words, cgroup: '/system.slice/web.service' }),
        listener: listenerOf('127.0.0.1:80'),
        backlog: wanted,
      };
      const ask = (text: string) => sample.finder.find(question, memoryFiles({ [sample.file]: text }));
      expect(ask(sample.text)).toHaveProperty('edit');
      const mutation = fc.tuple(fc.nat(4), fc.nat(2000), fc.nat(2000));
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
          const text = mutations.reduce((one, step) => mutate(one, sample.extra ?? '', step), sample.text);
          const answer = ask(text);
          if ('refused' in answer) {
            expect(answer.refused).not.toBe('');
            return;
          }
          const { edit } = answer;
          const isNew = edit.file !== sample.file;
          const after = applyEdit(isNew ? '' : text, edit);
          expect(after).toBeDefined();
          const files = isNew
            ? { [sample.file]: text, [edit.file]: after ?? '' }
            : { [sample.file]: after ?? '' };
          const again = sample.finder.find(question, memoryFiles(files));
          expect(again).toMatchObject({ file: edit.file });
          if (!('refused' in again) && again.present !== undefined)
            expect(again.present).toBeGreaterThanOrEqual(wanted);
        }),
        { seed: 7, numRuns: 1000 },
      );
    },
  );
});
