import { useEffect, useState } from 'react';
import { connectionLadder } from '../../report/capture/connection-ladder.ts';
import type { Ladder } from '../../report/ladder/ladder.ts';
import { LadderView } from '../report/ladder-view.tsx';
import { Trouble } from '../shell/trouble.tsx';
import type { CaptureClient } from './capture-client.ts';

type Told = { readonly number: number } & ({ readonly ladder: Ladder | null } | { readonly error: Error });

/** The packets of one connection, read when they are asked for. */
export function StoryLadder({
  capture,
  number,
}: {
  readonly capture: CaptureClient;
  readonly number: number;
}) {
  const [told, setTold] = useState<Told>();
  useEffect(() => {
    let wanted = true;
    capture.story(number).then(
      (story) => {
        if (wanted) setTold({ number, ladder: story === null ? null : connectionLadder(story) });
      },
      (error: unknown) => {
        if (wanted) setTold({ number, error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return () => {
      wanted = false;
    };
  }, [capture, number]);
  if (told?.number !== number)
    return (
      <p className="loading" role="status">
        Reading its packets …
      </p>
    );
  if ('error' in told) return <Trouble error={told.error} />;
  return told.ladder === null ? (
    <p className="quiet">No packet of it was kept.</p>
  ) : (
    <LadderView ladder={told.ladder} />
  );
}
