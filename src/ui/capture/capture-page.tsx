import { useCallback, useEffect, useState } from 'react';
import { formatBytes, formatShare } from '../../base/units.ts';
import { Trouble } from '../shell/trouble.tsx';
import { CaptureReportView } from './capture-report.tsx';
import { useCapture } from './use-capture.ts';
import '../style/capture.css';

/** A capture file, analysed here by the same code as `capture analyze`. */
export function CapturePage() {
  const [file, setFile] = useState<File>();
  const [over, setOver] = useState(false);
  const open = useCallback(async () => file as File, [file]);
  const { state, capture } = useCapture(file === undefined ? undefined : open);
  useEffect(() => listenForDrops(setFile, setOver), []);
  return (
    <div className={`capture-page ${over ? 'over' : ''}`}>
      {state.status === 'ready' && capture !== undefined ? null : (
        <header className="headline">
          <h1 tabIndex={-1}>What does this capture show?</h1>
          <p>
            <span>
              A packet capture is read by your browser, with the code of halfopen capture analyze. It is not
              sent anywhere.
            </span>
          </p>
        </header>
      )}
      {state.status === 'ready' && capture !== undefined ? (
        <CaptureReportView key={state.report.file} capture={capture} report={state.report} />
      ) : null}
      {state.status === 'failed' ? (
        <Trouble error={new Error(`${file?.name ?? 'the file'}: ${state.error.message}`)} />
      ) : null}
      {state.status === 'reading' ? (
        <Progress name={file?.name ?? ''} bytes={file?.size ?? 0} done={state.done} />
      ) : null}
      <label className={`drop ${state.status === 'ready' ? 'small' : ''}`}>
        <input
          type="file"
          accept=".pcap,.pcapng,.cap,.gz,.zst"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            if (chosen !== undefined) setFile(chosen);
            event.target.value = '';
          }}
        />
        <b>{state.status === 'ready' ? 'Another capture' : 'Drop a capture here, or choose one'}</b>
        <span>pcap or pcapng, plain or compressed with gzip or zstd</span>
      </label>
    </div>
  );
}

/** Anywhere on the page; returns how to end it. */
function listenForDrops(onFile: (file: File) => void, onOver: (over: boolean) => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  const over = (event: DragEvent): void => {
    event.preventDefault();
    onOver(true);
  };
  const leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) onOver(false);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    onOver(false);
    const dropped = event.dataTransfer?.files[0];
    if (dropped !== undefined) onFile(dropped);
  };
  window.addEventListener('dragover', over, { signal });
  window.addEventListener('dragleave', leave, { signal });
  window.addEventListener('drop', drop, { signal });
  return () => end.abort();
}

function Progress({
  name,
  bytes,
  done,
}: {
  readonly name: string;
  readonly bytes: number;
  readonly done: number;
}) {
  return (
    <div className="progress" role="status">
      <p>
        Reading {name}, {formatBytes(bytes)} <span className="quiet">{formatShare(done)}</span>
      </p>
      <progress value={done} max={1} aria-label={`Reading ${name}`} />
    </div>
  );
}
