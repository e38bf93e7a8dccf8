import { usageError } from '../../base/errors.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { allScenarios } from '../../lab/scenarios/all-scenarios.ts';

export { settingsOf } from '../../lab/link-settings.ts';
export { allScenarios };

export function findScenario(name: string): Scenario {
  const found = allScenarios.find((scenario) => scenario.name === name);
  if (found) return found;
  throw usageError(
    'find a scenario called',
    `"${name}"`,
    `There are: ${allScenarios.map((scenario) => scenario.name).join(', ')}.`,
  );
}
