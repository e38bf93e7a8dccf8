import { defineConfig } from 'vitest/config';

// One file at a time: the kernel tests share one kernel log, one conntrack limit and two cores.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 },
});
