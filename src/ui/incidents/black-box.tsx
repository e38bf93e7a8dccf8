import { useCallback } from 'react';
import { formatBytes, plural } from '../../base/units.ts';
import type { ApiIncident } from '../../contract/api.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { BlackBoxNote } from '../../tcp/recording/incident-detail.ts';
import { request } from '../api/get-json.ts';
import { CaptureStories } from '../capture/capture-stories.tsx';
import { useCapture } from '../capture/use-capture.ts';
import { Trouble } from '../shell/trouble.tsx';

interface BlackBoxProps {
  readonly incident: Incident;
  readonly note: BlackBoxNote;
  readonly kept: ApiIncident['blackBox'];
}

/** What was on the wire from ten seconds before to ten seconds after: the ladder of the connection that shows the trouble. */
export function BlackBox({ incident, note, kept }: BlackBoxProps) {
  return (
    <section className="black-box">
      <h2>On the wire</h2>
      {kept === null || note.status === 'none' ? (
        <p className="quiet">
          {note.status === 'none'
            ? `No packets were kept: ${note.why}.`
            : 'Its packets had to make room for newer ones.'}
        </p>
      ) : (
        <Packets incident={incident} note={note} bytes={kept.bytes} />
      )}
    </section>
  );
}

function Packets({
  incident,
  note,
  bytes,
}: {
  readonly incident: Incident;
  readonly note: BlackBoxNote;
  readonly bytes: number;
}) {
  const path = `incidents/${encodeURIComponent(incident.id)}/capture.pcapng`;
  const open = useCallback(async (): Promise<File> => {
    const response = await request(path);
    return new File([await response.blob()], `${incident.id}.pcapng`);
  }, [path, incident.id]);
  const { state, capture } = useCapture(open);
  const missed =
    note.status === 'kept' && note.dropped > 0
      ? `; the ring had no room for ${plural(note.dropped, 'more packet', 'more packets')}`
      : '';
  return (
    <>
      <p className="quiet">
        {note.status === 'kept' ? plural(note.packets, 'packet') : ''}, SYN, FIN and RST only{missed}.{' '}
        <a href={`/api/v1/${path}`} download>
          Download the capture
        </a>{' '}
        ({formatBytes(bytes)})
      </p>
      {state.status === 'failed' ? <Trouble error={state.error} /> : null}
      {state.status === 'reading' ? (
        <p className="loading" role="status">
          Reading the packets …
        </p>
      ) : null}
      {state.status === 'ready' && capture !== undefined ? (
        <CaptureStories capture={capture} report={state.report} about={incident.subject} />
      ) : null}
    </>
  );
}
