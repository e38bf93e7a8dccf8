import { useDeferredValue, useState } from 'react';
import { formatCount, plural } from '../../base/units.ts';
import type { ApiParameter, ApiParameters } from '../../contract/api.ts';
import { useFetched } from '../api/use-fetched.ts';
import { useSession } from '../api/use-session.ts';
import { Trouble } from '../shell/trouble.tsx';
import { PlanPreview } from './plan-preview.tsx';
import '../style/tune.css';

const judgements = ['harmful', 'situational', 'good', 'obsolete', 'unrelated', 'unknown'] as const;
const amiss = new Set(['harmful', 'obsolete']);

/** Every parameter with this host's values and what they are worth; what could be changed. */
export function TunePage() {
  const session = useSession();
  const answer = useFetched<ApiParameters>('tune/parameters');
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const parameters = answer.value?.parameters ?? [];
  const fits = ({ name, title, judgement }: ApiParameter): boolean =>
    (chosen === '' || judgement === chosen) && `${name} ${title}`.toLowerCase().includes(wanted);
  const shown = parameters.filter(fits);
  const harmful = parameters.filter(({ judgement }) => judgement === 'harmful').length;
  return (
    <>
      <header className={`headline ${harmful > 0 ? 'warning' : ''}`}>
        <h1 tabIndex={-1}>
          {answer.value === undefined
            ? 'Reading parameters …'
            : harmful > 0
              ? `${plural(harmful, 'parameter')} ${harmful === 1 ? 'does' : 'do'} harm here`
              : 'No parameter does harm here'}
        </h1>
        <p>
          <span>What this host has set, in each namespace, and what that is worth.</span>
        </p>
      </header>
      <PlanPreview session={session} />
      {answer.status === 'failed' ? <Trouble error={answer.failure} onAgain={answer.again} /> : null}
      {answer.value === undefined ? null : (
        <section aria-labelledby="parameters-title">
          <h2 id="parameters-title">Parameters</h2>
          <div className="tools">
            <input
              type="search"
              aria-label="Filter parameters"
              placeholder="Filter"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
            <fieldset className="choices" aria-label="Judgement">
              <button type="button" aria-pressed={chosen === ''} onClick={() => setChosen('')}>
                all {formatCount(parameters.length)}
              </button>
              {judgements.map((judgement) => {
                const count = parameters.filter((one) => one.judgement === judgement).length;
                return count === 0 ? null : (
                  <button
                    key={judgement}
                    type="button"
                    aria-pressed={chosen === judgement}
                    onClick={() => setChosen(judgement)}
                  >
                    {judgement} {formatCount(count)}
                  </button>
                );
              })}
            </fieldset>
          </div>
          <ul className="parameters">
            {shown.map((parameter) => (
              <Parameter
                key={parameter.name}
                parameter={parameter}
                namespaces={answer.value?.namespaces ?? []}
              />
            ))}
          </ul>
          {shown.length === 0 ? <p className="empty">No parameter is like that.</p> : null}
        </section>
      )}
    </>
  );
}

function Parameter({
  parameter,
  namespaces,
}: {
  readonly parameter: ApiParameter;
  readonly namespaces: readonly string[];
}) {
  const { name, title, values, judgement, because } = parameter;
  const byValue = new Map<string, string[]>();
  for (const namespace of namespaces) {
    const value = values[namespace];
    if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), namespace]);
  }
  return (
    <li className={amiss.has(judgement) ? judgement : ''}>
      <div className="parameter-name">
        <h3>{name}</h3>
        <p className="quiet">{title}</p>
      </div>
      <div className="parameter-values">
        {[...byValue].map(([value, where]) => (
          <p key={value}>
            <b>{value === '' ? 'empty' : value}</b>
            {where.length === namespaces.length && namespaces.length > 1 ? null : (
              <span>{where.join(', ')}</span>
            )}
          </p>
        ))}
        {byValue.size === 0 ? <p className="quiet">not there</p> : null}
        {parameter.default === null || (byValue.size === 1 && byValue.has(parameter.default)) ? null : (
          <p className="quiet">default {parameter.default}</p>
        )}
      </div>
      <div className="parameter-worth">
        <p>
          <b className={`judgement ${judgement}`}>{judgement}</b> {because}
        </p>
      </div>
    </li>
  );
}
