import { useState } from 'react';
import type { ApiLabRequest, ApiScenarios } from '../../contract/api.ts';

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
      {settings.map((setting) => (
        <label key={setting.name} className="setting">
          <span>{setting.name}</span>
          <input
            value={values[setting.name] ?? setting.value}
            onChange={(event) => setValues({ ...values, [setting.name]: event.target.value })}
            aria-describedby={`about-${setting.name}`}
          />
          <small id={`about-${setting.name}`}>{setting.about}</small>
        </label>
      ))}
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
    </form>
  );
}
