import { useEffect, useState } from 'react';
import type { CaptureReport } from '../../tcp/capture.ts';
import { CaptureClient } from './capture-client.ts';

export type CaptureState =
  | { readonly status: 'none' }
  /** 0 to 1. */
  | { readonly status: 'reading'; readonly done: number }
  | { readonly status: 'ready'; readonly report: CaptureReport }
  | { readonly status: 'failed'; readonly error: Error };

/** Reads the capture that `open` brings, in a thread that ends with the component, or when another one is opened. */
export function useCapture(open: (() => Promise<File>) | undefined): {
  readonly state: CaptureState;
  readonly capture: CaptureClient | undefined;
} {
  const [state, setState] = useState<CaptureState>({ status: 'none' });
  const [capture, setCapture] = useState<CaptureClient>();
  useEffect(() => {
    if (open === undefined) {
      setState({ status: 'none' });
      return;
    }
    const client = new CaptureClient();
    let wanted = true;
    const tell = (next: CaptureState): void => {
      if (wanted) setState(next);
    };
    tell({ status: 'reading', done: 0 });
    setCapture(client);
    open()
      .then((file) =>
        client.read(file, (done, total) => tell({ status: 'reading', done: total === 0 ? 0 : done / total })),
      )
      .then(
        (report) => tell({ status: 'ready', report }),
        (error: unknown) =>
          tell({ status: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
      );
    return () => {
      wanted = false;
      client[Symbol.dispose]();
    };
  }, [open]);
  return { state, capture };
}
