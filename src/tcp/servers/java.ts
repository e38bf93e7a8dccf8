import type { ServerProgram } from './server-program.ts';

export const java: ServerProgram = {
  id: 'java',
  title: 'Java (ServerSocket, NIO, Netty)',
  recognise: { name: /^java/ },
  defaultBacklog: {
    kind: 'fixed',
    connections: 50,
    note: 'ServerSocket and ServerSocketChannel; Netty passes somaxconn',
  },
  directive: { name: 'backlog', syntax: 'new ServerSocket(port, 4096); Netty: ChannelOption.SO_BACKLOG' },
  advice: (n) =>
    `Java: the backlog argument of ServerSocket (default 50), Tomcat acceptCount="${n}", Kafka socket.listen.backlog.size=${n}`,
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
      version: 'OpenJDK 17',
      limit: '50',
      reload: 'none',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'ServerSocketChannel, AsynchronousServerSocketChannel and com.sun.net.httpserver with 0',
    },
  ],
  sources: ['java.net.ServerSocket', 'io.netty.util.NetUtil'],
};
