import { useState } from 'react';
import { plural } from '../../base/units.ts';
import type { ApiLabRequest, ApiScenarios } from '../../contract/api.ts';

type Setting = ApiScenarios['scenarios'][number]['settings'][number];

/** Scenarios name what matters most first. */
const shownFirst = 5;

interface ScenarioFormProps {
  readonly scenario: ApiScenarios['scenarios'][number];
  readonly running: boolean;
  readonly onRun: (wish: ApiLabRequest) => void;
  readonly onStop: () => void;
}

/** The settings of a scenario; only those that were changed are sent. */
export function ScenarioForm({ scenario: { name, settings }, running, onRun, onStop }: ScenarioFormProps) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [family, setFamily] = useState<'ipv4' | 'ipv6'>('ipv4');
  const field = (setting: Setting) => (
    <label key={setting.name} className="setting">
      <span>{setting.name}</span>
      <input
        value={values[setting.name] ?? setting.value}
        onChange={(event) => setValues({ ...values, [setting.name]: event.target.value })}
        aria-describedby={`about-${setting.name}`}
      />
      <small id={`about-${setting.name}`}>{setting.about}</small>
    </label>
  );
  return (
    <form
      className="scenario"
      onSubmit={(event) => {
        event.preventDefault();
        const set = Object.fromEntries(
          Object.entries(values).filter(
            ([key, value]) =>
              value.trim() !== '' && value !== settings.find((one) => one.name === key)?.value,
          ),
        );
        onRun({ scenario: name, family, set });
      }}
    >
      <fieldset className="choices" aria-label="Family">
        {(['ipv4', 'ipv6'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={family === one} onClick={() => setFamily(one)}>
            {one === 'ipv4' ? 'IPv4' : 'IPv6'}
          </button>
        ))}
      </fieldset>
      <p>
        <button type="submit" className="primary" disabled={running}>
          {running ? 'Running …' : 'Run'}
        </button>
        {running ? (
          <button type="button" onClick={onStop}>
            Stop
          </button>
        ) : null}
      </p>
      {settings.slice(0, shownFirst).map(field)}
      {settings.length <= shownFirst ? null : (
        <details>
          <summary>{plural(settings.length - shownFirst, 'more setting')}</summary>
          <div className="scenario">{settings.slice(shownFirst).map(field)}</div>
        </details>
      )}
    </form>
  );
}
