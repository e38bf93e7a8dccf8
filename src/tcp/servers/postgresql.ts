import type { ServerProgram } from './server-program.ts';

export const postgresql: ServerProgram = {
  id: 'postgresql',
  title: 'PostgreSQL',
  recognise: { name: /^(postgres|postmaster)/ },
  defaultBacklog: {
    kind: 'derived',
    from: 'twice the sum of max_connections (100), autovacuum_max_workers (3), max_worker_processes (8), max_wal_senders (10) and 1; at most 10,000',
    usual: 244,
  },
  directive: {
    name: 'max_connections',
    syntax: 'max_connections = 2048 (there is no setting for the backlog itself)',
  },
  advice: () =>
    'PostgreSQL: the backlog is twice the number of connections: raise max_connections, then restart',
  configuration: [
    { where: 'Debian', path: '/etc/postgresql/VERSION/CLUSTER/postgresql.conf' },
    { where: 'Red Hat', path: '/var/lib/pgsql/data/postgresql.conf' },
    { where: 'container', path: '/var/lib/postgresql/data/postgresql.conf' },
  ],
  commandLine: [
    '-D DIR, or PGDATA: its postgresql.conf, and its postgresql.auto.conf, which is read last',
    '-c config_file=FILE',
    '-c max_connections=N, --max-connections=N and -N N win over files',
  ],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart postgresql',
    because: 'max_connections is read at the start only',
  },
  check: { command: 'postgres -C max_connections -D DIR' },
  measured: [
    {
      version: '15.18',
      limit: '244',
      reload: 'pg_ctl reload',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '444 with max_connections 200; 484 with 5 autovacuum workers, 20 WAL senders and 16 workers as well; 10,000 with 6,000 connections',
    },
  ],
  sources: ['PostgreSQL 15: src/backend/libpq/pqcomm.c (PG_SOMAXCONN)'],
};
