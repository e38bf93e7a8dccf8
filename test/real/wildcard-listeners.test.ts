import { describe, expect, it } from 'vitest';
import { realPrograms } from './real-programs.ts';
import { isInstalled, type RealProgram, RunningServer } from './running-server.ts';

const port = 8080;
const [dual, v4Only, v6Only] = ['::', '0.0.0.0', '[::]'];

interface Wild {
  readonly name: string;
  /** In its place, files in which no address is given. */
  readonly files: Readonly<Record<string, string>>;
  /** One of the sockets it opens, to wait for. */
  readonly opens: string;
  readonly sockets: number;
}

const wild: readonly Wild[] = [
  {
    name: 'nginx',
    files: { 'conf.d/site.conf': 'server { listen 8080 backlog=70; listen [::]:8080; return 200 x; }' },
    opens: v4Only,
    sockets: 2,
  },
  { name: 'apache2', files: { 'ports.conf': 'Listen 8080\nListenBacklog 70\n' }, opens: dual, sockets: 1 },
  {
    name: 'haproxy',
    files: {
      'haproxy.cfg':
        'defaults\n mode http\n timeout connect 5s\nfrontend a\n bind :8080\n bind :::8080 v6only backlog 71\n backlog 70\n',
    },
    opens: v4Only,
    sockets: 2,
  },
  {
    name: 'redis-server in mount and pid namespaces of its own',
    files: {
      'redis.conf': 'protected-mode no\nport 8080\ntcp-backlog 70\npidfile FOLDER/pid\ndir FOLDER\nsave ""\n',
    },
    opens: v4Only,
    sockets: 2,
  },
  {
    name: 'postgresql',
    files: {
      'data/postgresql.conf':
        "\nport = 8080\nlisten_addresses = '*'\nunix_socket_directories = 'FOLDER'\nshared_buffers = 16MB\n",
    },
    opens: v4Only,
    sockets: 2,
  },
  {
    name: 'rsyslog, imtcp',
    files: { 'd/net.conf': 'module(load="imtcp" maxSessions="700")\ninput(type="imtcp" port="8080")\n' },
    opens: v4Only,
    sockets: 2,
  },
  {
    name: 'lighttpd',
    files: {
      'lighttpd.conf': `server.document-root = "FOLDER"\nserver.port = 8080\n$SERVER["socket"] == "${v6Only}:8080" { }\n`,
    },
    opens: v4Only,
    sockets: 2,
  },
  {
    name: 'mariadb',
    files: { 'conf.d/50-server.cnf': '[mysqld]\ndatadir=FOLDER/data\nsocket=FOLDER/socket\n' },
    opens: v4Only,
    sockets: 2,
  },
  {
    name: 'php-fpm',
    files: {
      'pool.d/v4.conf': '[a]\nuser=www-data\nlisten=8080\nlisten.backlog=70\npm=static\npm.max_children=1\n',
      'pool.d/v6.conf': '',
    },
    opens: dual,
    sockets: 1,
  },
];

function withoutAddress({ name, files }: Wild): RealProgram {
  const program = realPrograms.find((one) => one.name === name);
  if (!program) throw new Error(`no real program ${name}`);
  return { ...program, files: { ...program.files, ...files } };
}

describe.skipIf(process.getuid?.() !== 0)(
  'listening without an address (needs root and Debian packages)',
  () => {
    describe.each(wild)('$name', (one) => {
      const program = withoutAddress(one);
      it.skipIf(!isInstalled(program.needs))(
        'every socket it opens is found, with the number the kernel has',
        async () => {
          await using server = new RunningServer(program);
          await server.start(one.opens, port);
          const sockets = server.listeners(port);
          expect(sockets).toHaveLength(one.sockets);
          for (const { localAddress, sendQueue } of sockets) {
            const { answer } = await server.find(localAddress, port, 3000);
            expect(answer).toMatchObject({ present: sendQueue, edit: expect.anything() });
          }
        },
      );
    });
  },
);
