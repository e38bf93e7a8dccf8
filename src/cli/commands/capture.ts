import type { HalfopenCommand } from '../command.ts';
import { defineAnalyze } from './capture/analyze.ts';
import { defineLive } from './capture/live.ts';

export const captureCommand: HalfopenCommand = {
  define: (program, done) => {
    const capture = program
      .command('capture')
      .description('Packets: read a capture file, or capture from this kernel.');
    defineAnalyze(capture, done);
    defineLive(capture, done);
  },
};
