import { newestKernel } from '../tcp/model/kernel-version.ts';
import { catalogueSettings, type SettingName } from '../tcp/model/setting-catalogue.ts';
import type { Setting } from '../tcp/setting.ts';

/** What the lab has of its own: a default that shows something within seconds, and a range that ends within minutes. */
type LabRange = { readonly default: number; readonly min?: number; readonly max?: number };

/** A kernel parameter or socket option as a scenario offers it: the kernel's meaning, unit and range, unless the lab's is narrower. */
export function kernelSetting(name: SettingName, range: LabRange): Setting {
  const [known] = catalogueSettings([name], newestKernel);
  if (known === undefined) throw new RangeError(`the catalogue has no ${name}`);
  return { ...known, ...range };
}
