/**
 * libc, called without a compiler: koffi carries prebuilt binaries. Every wrapper returns what libc returns;
 * `errno()` belongs to the last call. Loaded on first use, so that `--version` does not pay for it.
 */
import { createRequire } from 'node:module';
import os from 'node:os';

/** The calls in use, as C prototypes; see the man page of each. */
const prototypes = {
  socket: 'int socket(int domain, int type, int protocol)',
  bind: 'int bind(int fd, const void *address, uint32_t length)',
  listen: 'int listen(int fd, int backlog)',
  accept4: 'int accept4(int fd, void *address, void *length, int flags)',
  connect: 'int connect(int fd, const void *address, uint32_t length)',
  send: 'intptr_t send(int fd, const void *data, uintptr_t length, int flags)',
  sendto:
    'intptr_t sendto(int fd, const void *data, uintptr_t length, int flags, const void *address, uint32_t addressLength)',
  sendmmsg: 'int sendmmsg(int fd, uintptr_t messages, uint32_t count, int flags)',
  recv: 'intptr_t recv(int fd, _Out_ void *data, uintptr_t length, int flags)',
  setsockopt: 'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  getsockopt: 'int getsockopt(int fd, int level, int name, _Inout_ void *value, _Inout_ void *length)',
  shutdown: 'int shutdown(int fd, int how)',
  close: 'int close(int fd)',
  setns: 'int setns(int fd, int type)',
  unshare: 'int unshare(int flags)',
  mount:
    'int mount(const char *source, const char *target, const char *type, uintptr_t flags, const void *data)',
  umount2: 'int umount2(const char *target, int flags)',
  flock: 'int flock(int fd, int operation)',
  mmap: 'void *mmap(void *address, uintptr_t length, int protection, int flags, int fd, intptr_t offset)',
  munmap: 'int munmap(void *address, uintptr_t length)',
  read: 'intptr_t read(int fd, _Out_ void *data, uintptr_t length)',
  write: 'intptr_t write(int fd, const void *data, uintptr_t length)',
  // ioctl and fcntl are variadic in C; with one integer or pointer the calling conventions of x86-64 and arm64 agree.
  ioctl: 'int ioctl(int fd, uintptr_t request, _Inout_ void *argument)',
  fcntl: 'int fcntl(int fd, int command, intptr_t argument)',
  recvmsg: 'intptr_t recvmsg(int fd, _Inout_ void *message, int flags)',
  getsockname: 'int getsockname(int fd, _Inout_ void *address, _Inout_ void *length)',
  eventfd: 'int eventfd(uint32_t initial, int flags)',
  epoll_create1: 'int epoll_create1(int flags)',
  epoll_ctl: 'int epoll_ctl(int epoll, int operation, int fd, const void *event)',
  epoll_wait: 'int epoll_wait(int epoll, _Out_ void *events, int most, int timeoutMs)',
  ppoll: 'int ppoll(_Inout_ void *descriptors, uint64_t count, const void *timeout, const void *signals)',
  clock_gettime: 'int clock_gettime(int clock, _Out_ void *time)',
  _exit: 'void _exit(int status)',
  if_nametoindex: 'uint32_t if_nametoindex(const char *name)',
  prlimit: 'int prlimit(int pid, int resource, const void *newLimit, _Out_ void *oldLimit)',
  capset: 'int capset(const void *header, const void *data)',
  // Variadic in C as well.
  syscall: 'intptr_t syscall(intptr_t number, uintptr_t a, uintptr_t b, const void *c)',
  prctl: 'int prctl(int option, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)',
  sleep: 'uint32_t sleep(uint32_t seconds)',
  readlinkat: 'intptr_t readlinkat(int folder, const char *path, _Out_ void *target, uintptr_t length)',
} as const;

export type LibcName = keyof typeof prototypes;
// biome-ignore lint/suspicious/noExplicitAny: koffi's functions take numbers, buffers, strings and pointers.
type LibcFunction = (...args: any[]) => any;

export interface Libc {
  readonly call: Readonly<Record<LibcName, LibcFunction>>;
  /** errno of the last call. */
  readonly errno: () => number;
  /** "EPERM (operation not permitted)" for an errno value. */
  readonly describe: (errno: number) => string;
  /** A pointer's memory as an ArrayBuffer, without copying. */
  readonly view: (pointer: unknown, length: number) => ArrayBuffer;
}

let loaded: Libc | undefined;

/** Loads libc; throws with the loader's words where there is no koffi binary or no libc. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const library = openLibrary(koffi);
  const call = Object.fromEntries(
    Object.entries(prototypes).map(([name, prototype]) => [name, library.func(prototype)]),
  ) as unknown as Record<LibcName, LibcFunction>;
  return {
    call,
    errno: () => koffi.errno(),
    describe: describeErrno,
    view: (pointer, length) => koffi.view(pointer, length),
  };
}

/** glibc's soname first, then musl's (Alpine). */
function openLibrary(koffi: typeof import('koffi')): ReturnType<typeof koffi.load> {
  try {
    return koffi.load('libc.so.6');
  } catch {
    return koffi.load('libc.so');
  }
}

/** Node's own table of errno names and texts, so that messages use the kernel's words. */
export function describeErrno(errno: number): string {
  for (const [name, value] of Object.entries(os.constants.errno)) {
    if (value === errno) return `${name} (${errnoText[name] ?? 'see errno(3)'})`;
  }
  return `errno ${errno}`;
}

const errnoText: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EINVAL: 'invalid argument',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this host',
  ENOMEM: 'out of memory',
  ENOBUFS: 'no buffer space available',
  EPROTONOSUPPORT: 'protocol not supported',
  EAFNOSUPPORT: 'address family not supported',
  EOPNOTSUPP: 'operation not supported',
  EADDRINUSE: 'address already in use',
  EAGAIN: 'try again',
};
