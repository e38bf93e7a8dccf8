/**
 * One network namespace's servers, and the connections they hold. Usage: holder.mjs HELD, with an IPC channel. Ports 9000 to 9004 have a backlog of
 * 4,096 and hold the connections; 9010 to 9014 have one of 16 and are there to overflow. Messages: { block: ms } stands still for so long.
 */
import net from 'node:net';

const held = Number(process.argv[2]);
const sockets = [];
const keep = (socket) => {
  sockets.push(socket);
  socket.on('error', () => {});
};

for (const [first, backlog] of [
  [9000, 4096],
  [9010, 16],
])
  for (let i = 0; i < 5; i++) {
    const server = net.createServer((socket) =>
      first === 9000 ? keep(socket) : socket.on('error', () => {}).resume(),
    );
    await new Promise((resolve) => {
      server.listen({ port: first + i, host: i % 2 === 0 ? '0.0.0.0' : '::', backlog }, resolve);
    });
  }

let asked = 0;
await Promise.all(
  Array.from({ length: 50 }, async () => {
    while (asked < held) {
      const number = asked++;
      const socket = net.connect({
        port: 9000 + (number % 5),
        host: (number % 5) % 2 === 0 ? '127.0.0.1' : '::1',
      });
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      keep(socket);
    }
  }),
);
while (sockets.length < held * 2) await new Promise((resolve) => setTimeout(resolve, 50));
process.on('message', ({ block }) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, block);
});
process.on('disconnect', () => process.exit());
process.send('ready');
