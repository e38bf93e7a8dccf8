import { useEffect, useState } from 'react';
import { useLive, useOverview } from '../live/use-live.ts';

/** Says that what is shown is no longer live, since when, and when the next try is. */
export function LostBanner() {
  const store = useLive();
  const connection = useOverview((overview) => overview.connection);
  const problem = useOverview(({ status }) => status?.store?.problem ?? null);
  const now = useNow(connection.status === 'lost');
  if (connection.status === 'lost') {
    const since = Math.max(0, Math.round((now - connection.sinceMs) / 1000));
    const again = Math.ceil(Math.max(0, connection.againAtMs - now) / 1000);
    return (
      <div className="banner" role="alert">
        <p>
          <b>No connection to the recorder</b> <span aria-hidden="true">for {since} s.</span> What you see is
          as old as that.
        </p>
        <p aria-hidden="true">{again === 0 ? 'Trying …' : `Next try in ${again} s`}</p>
        <button type="button" onClick={() => store.feed.again()}>
          Try now
        </button>
      </div>
    );
  }
  if (problem === null) return null;
  return (
    <div className="banner" role="alert">
      <p>
        <b>Nothing can be kept at the moment:</b> {problem}. Listeners are watched all the same.
      </p>
    </div>
  );
}

function useNow(running: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!running) return;
    const tick = (): void => setNow(performance.now());
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
