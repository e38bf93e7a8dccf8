import { useState } from 'react';
import type { ApiLabRequest, ApiLabRun, ApiScenarios } from '../../contract/api.ts';
import { postJson } from '../api/get-json.ts';
import { failureOf, useFetched } from '../api/use-fetched.ts';
import { useSession } from '../api/use-session.ts';
import { Copyable } from '../report/copyable.tsx';
import { Trouble } from '../shell/trouble.tsx';
import { RunView } from './run-view.tsx';
import { ScenarioForm } from './scenario-form.tsx';
import { useRun } from './use-run.ts';
import '../style/lab.css';

/** Experiments in private namespaces, prediction and measurement side by side; only where the recorder was started with --allow-lab. */
export function LabPage() {
  const session = useSession();
  const allowed = session.value?.allowLab === true;
  const scenarios = useFetched<ApiScenarios>(allowed ? 'lab/scenarios' : null);
  if (session.status === 'failed') return <Trouble error={session.failure} onAgain={session.again} />;
  return (
    <>
      <header className="headline">
        <h1 tabIndex={-1}>See it happen</h1>
        <p>
          <span>
            A scenario stages a fault in network namespaces of its own on this kernel. What the model predicts
            stands beside what is measured.
          </span>
        </p>
      </header>
      {session.value === undefined ? (
        <p className="loading" role="status">
          Asking what is allowed …
        </p>
      ) : null}
      {session.value !== undefined && !allowed ? <NotAllowed /> : null}
      {scenarios.status === 'failed' ? <Trouble error={scenarios.failure} onAgain={scenarios.again} /> : null}
      {session.value !== undefined && scenarios.value !== undefined ? (
        <Bench csrf={session.value.csrf} scenarios={scenarios.value.scenarios} />
      ) : null}
    </>
  );
}

function NotAllowed() {
  return (
    <section className="off">
      <h2>Not allowed here</h2>
      <p>The laboratory makes namespaces and traffic, so it is off unless the recorder is started with it:</p>
      <Copyable text="sudo halfopen serve --allow-lab" />
      <p>In a terminal, without the console:</p>
      <Copyable text="sudo halfopen lab run accept-queue-overflow" />
    </section>
  );
}

function Bench({
  csrf,
  scenarios,
}: {
  readonly csrf: string;
  readonly scenarios: ApiScenarios['scenarios'];
}) {
  const [name, setName] = useState(
    () => scenarios.find((one) => one.name === 'accept-queue-overflow')?.name ?? scenarios[0]?.name ?? '',
  );
  const [started, setStarted] = useState<ApiLabRun>();
  const [failure, setFailure] = useState<Error>();
  const { run, lost } = useRun(started);
  const scenario = scenarios.find((one) => one.name === name);
  const begin = (wish: ApiLabRequest): void => {
    setFailure(undefined);
    postJson<ApiLabRun>('lab/runs', csrf, wish).then(setStarted, (error: unknown) =>
      setFailure(failureOf(error)),
    );
  };
  const stop = (): void => {
    if (run === undefined) return;
    postJson<ApiLabRun>(`lab/runs/${encodeURIComponent(run.id)}/stop`, csrf, {}).catch((error: unknown) =>
      setFailure(failureOf(error)),
    );
  };
  if (scenario === undefined) return <p className="empty">This recorder knows no scenario.</p>;
  return (
    <div className="bench">
      <div className="bench-side">
        <label className="scenario-choice">
          Scenario
          <select value={name} onChange={(event) => setName(event.target.value)}>
            {scenarios.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </label>
        <p className="quiet">{scenario.title}</p>
        <ScenarioForm
          key={scenario.name}
          scenario={scenario}
          running={run?.state === 'running'}
          onRun={begin}
          onStop={stop}
        />
        {failure === undefined ? null : <Trouble error={failure} />}
      </div>
      <div className="bench-run">
        {lost ? (
          <p className="trouble" role="alert">
            The run cannot be followed: the connection was lost. It goes on all the same.
          </p>
        ) : null}
        {run === undefined ? (
          <p className="empty">
            Choose a scenario and run it. Most take a few seconds; the recorder watches and may open an
            incident.
          </p>
        ) : (
          <RunView run={run} />
        )}
      </div>
    </div>
  );
}
