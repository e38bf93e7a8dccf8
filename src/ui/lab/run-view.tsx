import { useMemo } from 'react';
import { formatCount } from '../../base/units.ts';
import type { ApiLabRun } from '../../contract/api.ts';
import { labVerdict } from '../../report/lab/lab-verdict.ts';
import { exactText, isNumeric } from '../../report/lab/quantity.ts';
import { predictionLadder } from '../../report/ladder/prediction-ladder.ts';
import { runLadder } from '../../report/ladder/run-ladder.ts';
import { secondsText } from '../../report/ladder/seconds-text.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { LabCheck, LabRun } from '../../tcp/lab-run.ts';
import type { Prediction } from '../../tcp/prediction.ts';
import { LadderView } from '../report/ladder-view.tsx';

/** A run while it goes on, and what came of it: what was predicted stands first, and keeps its place when the measurement comes. */
export function RunView({ run: told }: { readonly run: ApiLabRun }) {
  const { scenario, state, failure, run, predicted, progress } = told;
  return (
    <article className={`run ${state}`} aria-live="polite">
      <h2>{run === null ? title(scenario, state) : sentenceCase(labVerdict(run).sentence)}</h2>
      {failure === null ? null : <p className="refused">{failure}</p>}
      <p className="quiet">{told.purpose}</p>
      <div className="run-columns">
        {run === null ? <Expected predicted={predicted} /> : <Measured run={run} />}
        <Story progress={run?.story ?? progress} running={state === 'running'} />
      </div>
    </article>
  );
}

function title(scenario: string, state: ApiLabRun['state']): string {
  const words = {
    running: 'is being played',
    done: 'is over',
    stopped: 'was stopped',
    failed: 'could not be played',
  } as const;
  return `${scenario} ${words[state]}`;
}

function Expected({ predicted }: { readonly predicted: Prediction | null }) {
  const ladder = useMemo(() => (predicted === null ? null : predictionLadder(predicted)), [predicted]);
  return (
    <section>
      <h3>Predicted</h3>
      {predicted?.answer === undefined ? null : <p>{predicted.answer}</p>}
      {ladder === null ? (
        <p className="quiet">This scenario has no timeline to foretell; its checks are made in the end.</p>
      ) : (
        <LadderView ladder={ladder} />
      )}
    </section>
  );
}

function Measured({ run }: { readonly run: LabRun }) {
  const ladder = useMemo(() => runLadder(run), [run]);
  return (
    <section>
      <h3>Predicted and measured</h3>
      <Checks checks={run.checks} />
      <LadderView ladder={ladder} />
      <p className="quiet">
        Linux {run.kernel}, took {secondsText(run.tookMs)}, {formatCount(run.packetsSeen)} segments. The
        doctor, who was not told, said: {run.findings.given.join(', ') || 'nothing'}.
      </p>
    </section>
  );
}

function Checks({ checks }: { readonly checks: readonly LabCheck[] }) {
  return (
    <table className="plain checks">
      <thead>
        <tr>
          <th scope="col">check</th>
          <th scope="col" className="number">
            predicted
          </th>
          <th scope="col" className="number">
            measured
          </th>
          <th scope="col">unit</th>
        </tr>
      </thead>
      <tbody>
        {checks
          .toSorted((a, b) => Number(a.ok) - Number(b.ok))
          .map(({ name, predicted, measured, unit, ok, why }) => (
            <tr key={name} className={ok ? '' : 'wrong'}>
              <th scope="row">
                {name}
                {why === '' || why === 'exact' ? null : <small>{why}</small>}
              </th>
              <td className="number">{exactText(predicted)}</td>
              <td className="number">
                {exactText(measured)}
                <span className="unseen">{ok ? ', as predicted' : ', not as predicted'}</span>
              </td>
              <td>{isNumeric(predicted) || isNumeric(measured) ? unit : ''}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function Story({
  progress,
  running,
}: {
  readonly progress: ApiLabRun['progress'];
  readonly running: boolean;
}) {
  return (
    <section>
      <h3>What was done</h3>
      <ol className="told">
        {progress.map(({ atMs, text }) => (
          <li key={`${atMs} ${text}`}>
            <time>{secondsText(atMs)}</time> {text}
          </li>
        ))}
        {running ? <li className="going">…</li> : null}
      </ol>
    </section>
  );
}
