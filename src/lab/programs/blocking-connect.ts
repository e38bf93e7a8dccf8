/** The thread of one blocking connect(2): waits until it may, connects, writes down what came of it, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { libc } from '../../kernel/ffi.ts';
import { type ConnectOrder, cell } from './blocking-connector.ts';
import { monotonicMs } from './precise-clock.ts';
import { startConnect } from './tcp-socket.ts';

const { cells, times, to, port, wakeFd } = workerData as ConnectOrder;
startConnect(-1, to, port); // EBADF, and everything has been compiled and loaded once.
parentPort?.postMessage('loaded');
Atomics.wait(cells, cell.fd, -1);
const fd = Atomics.load(cells, cell.fd);
times[0] = monotonicMs();
const error = startConnect(fd, to, port);
times[1] = monotonicMs();
Atomics.store(cells, cell.errno, error);
Atomics.store(cells, cell.returned, 1);
libc().call.write(wakeFd, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), 8);
