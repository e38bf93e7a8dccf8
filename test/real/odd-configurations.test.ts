import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../src/lab/random.ts';
import { realPrograms } from './real-programs.ts';
import { isInstalled, type RealProgram, RunningServer } from './running-server.ts';

const address = '127.0.0.1';
const port = 8080;
const backlog = 3000;
const mutations = 40;
/** somaxconn of RunningServer's namespace. */
const mostOfNamespace = 65_535;
/** As long as one of these programs takes to listen or to give up. */
const startMs = 2000;

interface Odd {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** The one that is changed at random: without paths, so that nothing is written elsewhere. */
  readonly file: string;
  /** Characters that mean something in its language. */
  readonly signs: string;
}

const odd: readonly Odd[] = [
  {
    name: 'nginx',
    file: 'conf.d/site.conf',
    files: {
      'conf.d/site.conf': `log_format a "x;{" '}'; # c
server { listen 127.0.0.1:8080 backlog=5 so_keepalive=on; listen [::1]:8080; }
server { listen 127.0.0.1:8080; }
server {
  listen 127.0.0.1:8080 ; server_name "a b"; return 200 'x\\';';
}
`,
    },
    signs: '{};"\'#\\$',
  },
  {
    name: 'apache2',
    file: 'ports.conf',
    files: {
      'ports.conf': `<IfModule a>
Listen 443
</IfModule>
Listen 127.0.0.1:8080
ListenBacklog 5
<IfModule !a>
  ServerName "b"
</IfModule>
TraceEnable \\
  off
<VirtualHost *:80>
 ServerName y
</VirtualHost>
`,
    },
    signs: '<>"\\\'#',
  },
  {
    name: 'haproxy',
    file: 'haproxy.cfg',
    files: {
      'haproxy.cfg': `global
 maxconn 9
defaults
 backlog 7
 timeout connect 1s
frontend a
 bind 127.0.0.1:8080,:8081 name "x" # c
 backlog 8
.if 1
frontend b
 bind :8082
.endif
defaults x
 maxconn 44
frontend c
 bind 127.0.0.1:8083
`,
    },
    signs: '"\'\\#.$',
  },
  {
    name: 'lighttpd',
    file: 'conf-enabled/a.conf',
    files: {
      'lighttpd.conf':
        'server.document-root = "FOLDER"\nserver.errorlog = "FOLDER/log"\ninclude "conf-enabled/*.conf"\n',
      'conf-enabled/v6.conf': '',
      'conf-enabled/a.conf': `server.modules = (
 "mod_access", # (
)
server.bind = "127.0.0.1"
server.port = 8080
server.listen-backlog = 5
$SERVER["socket"] == "127.0.0.1:8081" { server.listen-backlog = 6 }
$HTTP["host"] == "a" { url.access-deny = ("~") } else $HTTP["host"] == "b" { url.access-deny = ("~") }
`,
    },
    signs: '(){}"=#+:',
  },
  {
    name: 'php-fpm',
    file: 'pool.d/v4.conf',
    files: {
      'pool.d/v6.conf': '',
      'pool.d/v4.conf': `[www]
user = www-data
pm = static
pm.max_children = 1
listen = 127.0.0.1:8080 ; c
listen.backlog = 5
env[A] = "b"
[two]
user = www-data
pm = static
pm.max_children = 1
listen = 127.0.0.1:8081
`,
    },
    signs: '[]=";$',
  },
];

/** A character taken away or put in, a line taken away or doubled elsewhere. */
function change(text: string, signs: string, random: () => number): string {
  const below = (n: number): number => random() % n;
  const lines = text.split('\n');
  const line = below(lines.length);
  const at = below(text.length + 1);
  const characters = `${signs}\n 0a`;
  const kinds = [
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + (characters[below(characters.length)] ?? '') + text.slice(at),
    () => lines.toSpliced(line, 1).join('\n'),
    () => lines.toSpliced(below(lines.length), 0, lines[line] ?? '').join('\n'),
  ];
  return kinds[below(kinds.length)]?.() ?? text;
}

function withText({ name, files, file }: Odd, text: string): RealProgram {
  const program = realPrograms.find((one) => one.name === name);
  if (!program) throw new Error(`no real program ${name}`);
  return { ...program, files: { ...program.files, ...files, [file]: text } };
}

describe.skipIf(process.getuid?.() !== 0)(
  'configurations changed at random (needs root and Debian packages)',
  () => {
    describe.each(odd)('$name', (one) => {
      const original = one.files[one.file] ?? '';
      it.skipIf(!isInstalled(withText(one, '').needs))(
        'where the program still listens, its backlog is told right and changed, or the edit is refused',
        async () => {
          const random = randomNumbers(8);
          let listening = 0;
          let refused = 0;
          for (let run = 0; run < mutations; run++) {
            const times = 1 + (random() % 2);
            let text = original;
            for (let time = 0; time < times; time++) text = change(text, one.signs, random);
            await using server = new RunningServer(withText(one, text));
            if (!(await server.startOrEnd(address, port, startMs))) continue;
            listening++;
            const before = server.listener(address, port)?.sendQueue;
            const found = await server.find(address, port, backlog);
            if ('refused' in found.answer) {
              refused++;
              continue;
            }
            const { present = before, edit } = found.answer;
            expect(Math.min(present ?? 0, mostOfNamespace), text).toBe(before);
            server.write(found, edit);
            await server.restart(address, port);
            expect(server.listener(address, port)?.sendQueue, text).toBe(backlog);
          }
          expect(listening).toBeGreaterThan(mutations / 8);
          expect(refused).toBeLessThanOrEqual(listening / 4);
        },
      );
    });
  },
);
