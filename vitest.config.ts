import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One file at a time: the kernel tests share one kernel log, one conntrack limit and two cores.
    fileParallelism: false,
    // A fault staged on a live, shared kernel can miss its moment; what fails three times is broken.
    retry: 2,
    // Tests that say they may run side by side mostly wait; two cores carry three of them.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
