import os from 'node:os';
import type { ApiLabRun } from '../../contract/api.ts';
import { situationOn } from '../../lab/situation.ts';
import { readSettings } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';
import { findScenario, settingsOf } from '../lab/scenarios.ts';

/** What can be said of a scenario before it is played. Throws HalfopenError (usage) for one, or a setting, that there is not. */
export function foretell(
  name: string,
  family: Family,
  texts: readonly string[],
): Pick<ApiLabRun, 'purpose' | 'settings' | 'predicted'> {
  const scenario = findScenario(name);
  const settings = readSettings(settingsOf(scenario), texts, `scenario ${name}`);
  return {
    purpose: scenario.purpose,
    settings,
    predicted: scenario.predict(settings, situationOn(os.release(), family)),
  };
}
