import { useState } from 'react';
import { formatCount } from '../../base/units.ts';
import type { ApiPlanRequest, ApiSession } from '../../contract/api.ts';
import type { PlanChange, TunePlan } from '../../tcp/tune-plan.ts';
import { postJson } from '../api/get-json.ts';
import { type Fetched, failureOf } from '../api/use-fetched.ts';
import { Copyable } from '../report/copyable.tsx';
import { Trouble } from '../shell/trouble.tsx';

type Preview =
  | { readonly status: 'none' | 'watching' }
  | { readonly status: 'ready'; readonly plan: TunePlan }
  | { readonly status: 'failed'; readonly error: Error };

const watchSeconds = 10;

/** What `tune plan` would write, without changing anything; only where the recorder was started with --allow-tune. */
export function PlanPreview({ session }: { readonly session: Fetched<ApiSession> }) {
  const [preview, setPreview] = useState<Preview>({ status: 'none' });
  if (session.value === undefined) return null;
  const { allowTune, csrf } = session.value;
  if (!allowTune) {
    return (
      <section className="off">
        <h2>What could be changed</h2>
        <p>
          A plan can be previewed here when the recorder is started with --allow-tune. In a terminal the same
          is:
        </p>
        <Copyable text="sudo halfopen tune plan" />
      </section>
    );
  }
  const watch = (): void => {
    setPreview({ status: 'watching' });
    const wish: ApiPlanRequest = { forSeconds: watchSeconds };
    postJson<TunePlan>('tune/plan', csrf, wish).then(
      (plan) => setPreview({ status: 'ready', plan }),
      (error: unknown) => setPreview({ status: 'failed', error: failureOf(error) }),
    );
  };
  return (
    <section>
      <h2>What could be changed</h2>
      <p>
        <button type="button" onClick={watch} disabled={preview.status === 'watching'}>
          {preview.status === 'watching'
            ? `Watching for ${watchSeconds} s …`
            : `Watch for ${watchSeconds} s and plan`}
        </button>{' '}
        <span className="quiet">Nothing is changed by it.</span>
      </p>
      {preview.status === 'failed' ? <Trouble error={preview.error} onAgain={watch} /> : null}
      {preview.status === 'ready' ? <Plan plan={preview.plan} /> : null}
    </section>
  );
}

function Plan({ plan: { changes, refusals } }: { readonly plan: TunePlan }) {
  return (
    <div className="plan" aria-live="polite">
      {changes.length === 0 ? <p>Nothing needs to be changed.</p> : null}
      <ol>
        {changes.map((change) => (
          <li key={change.id}>
            <p>
              <b>{changeTitle(change)}</b>
              {change.optional ? <span className="quiet"> only when it is named</span> : null}
            </p>
            <p>{change.why}</p>
            {change.kind === 'manual' && change.command !== '' ? <Copyable text={change.command} /> : null}
            {change.kind === 'config-edit' ? <pre>{change.diff}</pre> : null}
            <p className="effect">{change.effect}</p>
            {change.risk === '' ? null : <p className="effect">Risk: {change.risk}</p>}
          </li>
        ))}
      </ol>
      {refusals.length === 0 ? null : (
        <>
          <h3>What would not help</h3>
          <ul>
            {refusals.map(({ knobs, because, namespace }) => (
              <li key={`${namespace} ${knobs.join()} ${because}`}>
                <b>{knobs.join(', ')}</b> {because}
              </li>
            ))}
          </ul>
        </>
      )}
      {changes.length === 0 ? null : (
        <>
          <p>To make these changes, with a journal that can be rolled back:</p>
          <Copyable text="sudo halfopen tune plan --json > plan.json && sudo halfopen tune apply plan.json" />
        </>
      )}
    </div>
  );
}

function changeTitle(change: PlanChange): string {
  switch (change.kind) {
    case 'sysctl':
      return `${change.parameter}: ${change.present ?? 'not read'} to ${change.value}`;
    case 'config-edit':
      return `${change.title}: backlog ${change.present === null ? '?' : formatCount(change.present)} to ${formatCount(change.value)}`;
    case 'manual':
      return change.summary;
  }
}
