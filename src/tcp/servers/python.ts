import type { ServerProgram } from './server-program.ts';

export const python: ServerProgram = {
  id: 'python',
  title: 'Python (socket, socketserver, asyncio)',
  recognise: { name: /^python/ },
  defaultBacklog: {
    kind: 'unknown',
    because:
      'socket.listen() 128 at most, http.server and socketserver 5, asyncio 100: the name does not tell which',
  },
  directive: {
    name: 'backlog',
    syntax: 'socket.listen(4096); request_queue_size of socketserver; backlog= of asyncio',
  },
  advice: (n) =>
    `Python: socket.listen(${n}), or request_queue_size of socketserver, or --backlog of gunicorn and uvicorn`,
  configuration: [],
  commandLine: [],
  takesEffect: {
    by: 'restart',
    command: 'restart the program',
    because: 'the number is an argument in its source',
  },
  check: { none: 'the setting is code' },
  measured: [
    {
      version: '3.11',
      limit: '128; 5; 100; 1',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'socket.listen(); socketserver, http.server, xmlrpc and wsgiref; asyncio; multiprocessing',
    },
  ],
  sources: ['docs.python.org: socket, socketserver, asyncio'],
};
