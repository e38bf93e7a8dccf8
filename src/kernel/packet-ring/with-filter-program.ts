import type { Libc } from '../ffi.ts';

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_FAILED = 2n ** 64n - 1n;
const INSTRUCTION_BYTES = 8;

/**
 * Hands an assembled program to `use` as struct sock_fprog, which is valid until it returns: the struct holds a pointer, so the program
 * needs an address of its own while the kernel copies it. Undefined where there is no memory for it.
 */
export function withFilterProgram<T>(
  { call, view }: Libc,
  program: Uint8Array,
  use: (descriptor: Uint8Array) => T,
): T | undefined {
  const length = program.byteLength;
  const address: bigint = call.mmap(null, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  if (address === MAP_FAILED) return undefined;
  try {
    new Uint8Array(view(address, length)).set(program);
    const descriptor = new ArrayBuffer(16);
    new Uint16Array(descriptor)[0] = length / INSTRUCTION_BYTES;
    new BigUint64Array(descriptor)[1] = address;
    return use(new Uint8Array(descriptor));
  } finally {
    call.munmap(address, length);
  }
}
