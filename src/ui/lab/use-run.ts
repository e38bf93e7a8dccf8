import { useEffect, useState } from 'react';
import type { ApiLabRun } from '../../contract/api.ts';

/** A run as it goes on, until it is over. */
export function useRun(started: ApiLabRun | undefined): {
  readonly run: ApiLabRun | undefined;
  readonly lost: boolean;
} {
  const [told, setTold] = useState<ApiLabRun>();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    setTold(started);
    setLost(false);
    if (started === undefined || started.state !== 'running') return;
    const source = new EventSource(`/api/v1/lab/runs/${encodeURIComponent(started.id)}/events`);
    source.addEventListener('run', ({ data }: MessageEvent<string>) => {
      const run = JSON.parse(data) as ApiLabRun;
      setTold(run);
      setLost(false);
      // The stream ends with the run; the browser would open it anew.
      if (run.state !== 'running') source.close();
    });
    source.addEventListener('error', () => setLost(true));
    return () => source.close();
  }, [started]);
  return { run: told, lost };
}
