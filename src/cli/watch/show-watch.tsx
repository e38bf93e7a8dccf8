import { render } from 'ink';
import type { RecorderFeed } from '../../tcp/recording/feed.ts';
import { Screen } from './screen.ts';
import { suspend } from './suspend.ts';
import { Watch } from './watch.tsx';

export interface WatchOptions {
  readonly colour: boolean;
  readonly everySeconds: number;
  /** Ends it from outside. */
  readonly stop: AbortSignal;
}

/** Shows what a recorder tells on the whole terminal until somebody leaves; the terminal is then as it was. */
export async function showWatch(
  feed: RecorderFeed,
  { colour, everySeconds, stop }: WatchOptions,
): Promise<void> {
  const screen = new Screen({ input: process.stdin, output: process.stdout });
  screen.enter();
  try {
    await new Promise<void>((resolve, reject) => {
      const stopFor = (whom: 'group' | 'this'): void => {
        // With a listener the signal would not stop anybody.
        process.off('SIGTSTP', onStop);
        suspend(screen, whom, () => {
          process.on('SIGTSTP', onStop);
          screen.enter();
          screen.emit('resize');
        });
      };
      const onStop = (): void => stopFor('this');
      const app = render(
        <Watch
          feed={feed}
          screen={screen}
          colour={colour}
          everySeconds={everySeconds}
          utcOffset={(ms) => -new Date(ms).getTimezoneOffset()}
          onQuit={() => app.unmount()}
          onSuspend={() => stopFor('group')}
        />,
        {
          // It only writes to it.
          stdout: screen as unknown as NodeJS.WriteStream,
          // Each picture as a whole, in one write: `Screen` finds what has changed.
          debug: true,
          exitOnCtrlC: false,
          patchConsole: false,
        },
      );
      process.on('SIGTSTP', onStop);
      stop.addEventListener('abort', () => app.unmount(), { once: true });
      if (stop.aborted) app.unmount();
      app
        .waitUntilExit()
        .then(() => resolve(), reject)
        .finally(() => process.off('SIGTSTP', onStop));
    });
  } finally {
    screen.leave();
    process.stdin.unref();
  }
}
