import { defineConfig } from 'vitest/config';

/**
 * What counts packets a second, keeps time to milliseconds or judges hundreds of hosts needs the two cores for itself, and what writes
 * to the machine's only kernel log or conntrack limit has no namespace to do it in. Browsers want them too. (The lab's files run their own cases side by side.)
 */
const alone = [
  'test/kernel/**/*.test.ts',
  'test/lab/**/*.test.ts',
  'test/measure/**/*.test.ts',
  'test/tuning/cures/{bursts,cures,nginx,paths,restart,siblings}.test.ts',
  'test/rules/{accept-queue-overflow,accept-queue-pressure,conntrack-full,softnet-drops,nic-drops}.test.ts',
  'test/cli/{signals,vanishing,capture-live}.test.ts',
  'test/capture/tshark/lab.test.ts',
  'test/ui/browser/**/*.test.ts',
  'test/app/record/{recorder,killed,disk-trouble,tracepoints}.test.ts',
];

export default defineConfig({
  test: {
    // A fault staged on a live, shared kernel can miss its moment; what fails three times is broken.
    retry: 2,
    // Tests that say they may run side by side mostly wait; two cores carry three of them.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          // They stage hosts in namespaces of their own, and mostly wait for a window to pass.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
