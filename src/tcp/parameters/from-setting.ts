import { kernelRelease, newestKernel } from '../model/kernel-version.ts';
import {
  catalogueSettings,
  type SettingName,
  settingSince,
  sysctlOfSetting,
} from '../model/setting-catalogue.ts';
import { sysctlDefault } from '../model/sysctl-default.ts';
import type { JudgeContext, Parameter } from './parameter.ts';

type SettingFacts = Pick<Parameter, 'name' | 'since' | 'default' | 'range' | 'unit'>;

/** What the models' settings already know about a parameter: name, unit, first release, defaults and range of each kernel. */
export function fromSetting(setting: SettingName): SettingFacts {
  const name = sysctlOfSetting(setting) ?? setting;
  return {
    name,
    since: settingSince(setting) ?? null,
    unit: catalogueSettings([setting], newestKernel)[0]?.unit ?? '',
    default: (kernel) => sysctlDefault(name, kernelRelease(kernel)) ?? null,
    range: (kernel) => {
      const { min, max } = catalogueSettings([setting], kernel)[0] ?? {};
      return min === undefined || max === undefined ? null : { min, max };
    },
  };
}

/** What the configuration leaves in force for another parameter, or else this kernel's default; undefined where it has neither. */
export function inForce(setting: SettingName, { kernel, other }: JudgeContext): number | undefined {
  const name = sysctlOfSetting(setting) ?? setting;
  const usual = sysctlDefault(name, kernelRelease(kernel));
  // A value for a parameter the kernel lacks changes nothing.
  if (usual === undefined) return undefined;
  return other(name)?.number ?? Number(usual);
}
