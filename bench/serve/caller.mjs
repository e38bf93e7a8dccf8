/** Clients of one network namespace, with an IPC channel. Message { port, count }: so many connections at once, closed after two seconds. */
import net from 'node:net';

process.on('message', ({ port, count }) => {
  for (let i = 0; i < count; i++) {
    const socket = net.connect({ port, host: (port % 10) % 2 === 0 ? '127.0.0.1' : '::1' });
    socket.on('error', () => {});
    setTimeout(() => socket.destroy(), 2000);
  }
});
process.on('disconnect', () => process.exit());
process.send('ready');
