import { allScenarios } from '../../src/lab/scenarios/all-scenarios.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import { readSettings } from '../../src/tcp/setting.ts';

/**
 * That `halfopen lab run` takes a finding's experiment as it stands: the scenario is there, its settings accept the values. Throws what
 * the command would say. Without a scenario there is nothing to set.
 */
export function checkExperiment({ id, experiment }: Pick<Finding, 'id' | 'experiment'>): void {
  acceptedValues(id, experiment);
}

/** The same, and that the values mean something together. Takes up to seconds: some scenarios work out every connection. */
export function checkPlan({ id, experiment }: Pick<Finding, 'id' | 'experiment'>): void {
  const accepted = acceptedValues(id, experiment);
  accepted?.scenario.predict(accepted.values, { kernel: newestKernel, family: 'ipv4' });
}

function acceptedValues(id: string, experiment: Finding['experiment']) {
  const { scenario: name, set } = experiment;
  const texts = Object.entries(set).map(([setting, value]) => `${setting}=${value}`);
  if (name === '') {
    if (texts.length > 0) throw new Error(`${id}: values without a scenario: ${texts.join(' ')}`);
    return undefined;
  }
  const scenario = allScenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`${id}: there is no scenario ${name}`);
  return { scenario, values: readSettings(scenario.settings, texts, `scenario ${name}`) };
}
