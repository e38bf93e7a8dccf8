import { allScenarios, findScenario, settingsOf } from '../../../app/lab/scenarios.ts';
import { rangeText } from '../../../tcp/setting.ts';
import { renderTable } from '../../table.ts';

export function listScenarios(name: string | undefined, json: boolean): void {
  const scenarios = name === undefined ? allScenarios : [findScenario(name)];
  if (json) {
    const described = scenarios.map((one) => ({
      name: one.name,
      purpose: one.purpose,
      settings: settingsOf(one),
    }));
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, scenarios: described }, null, 2)}\n`);
    return;
  }
  const [only] = scenarios;
  if (name === undefined || only === undefined) {
    const rows = allScenarios.map((scenario) => [scenario.name, scenario.purpose]);
    process.stdout.write(
      `${renderTable(['scenario', 'shows'], rows)}\nhalfopen lab list NAME shows what can be set.\n`,
    );
    return;
  }
  const rows = settingsOf(only).map((setting) => [
    setting.name,
    String(setting.default),
    rangeText(setting),
    setting.meaning,
  ]);
  process.stdout.write(
    `${only.name}: ${only.purpose}\n\n${renderTable(['--set', 'default', 'takes', 'meaning'], rows)}`,
  );
}
