import os from 'node:os';
import { exitCodes, HalfopenError, usageError } from '../base/errors.ts';
import { readConfigHz } from '../kernel/config/read-config-hz.ts';
import { readSysctl } from '../kernel/sysctl/read-sysctls.ts';
import { allModels } from '../tcp/model/all-models.ts';
import {
  atLeast,
  type KernelVersion,
  kernelLine,
  newestKernel,
  oldestKernel,
  parseKernelVersion,
} from '../tcp/model/kernel-version.ts';
import type { Model } from '../tcp/model/model.ts';
import { settingSince, sysctlOfSetting } from '../tcp/model/setting-catalogue.ts';
import type { ModelName, Prediction } from '../tcp/prediction.ts';
import { readSettings, type Setting, type SettingValues } from '../tcp/setting.ts';

export interface PredictRequest {
  readonly model: ModelName;
  /** "name=value". */
  readonly set: readonly string[];
  /** "6.1": that kernel's rules and defaults; undefined: this host's kernel and its sysctls. */
  readonly kernel?: string;
}

export interface PredictionOfHost {
  readonly prediction: Prediction;
  /** Where the values come from, in words: "Linux 6.18.44, the sysctls of this network namespace". */
  readonly source: string;
  /** What could not be read here, or is not certain. */
  readonly notes: readonly string[];
}

/**
 * What a kernel will do. Throws HalfopenError (usage) for an unknown setting, a value out of range, a setting the kernel lacks and a
 * kernel the model does not know; (cannot observe) without --kernel where there is no Linux to read.
 */
export function predict(request: PredictRequest): PredictionOfHost {
  const model = allModels[request.model];
  const basis = request.kernel === undefined ? thisHost(model) : askedKernel(model, request.kernel);
  const values = settingsGiven(model, basis, request.set);
  return {
    prediction: model.predict(values, basis.kernel),
    source: basis.source,
    notes: basis.notes,
  };
}

/** Names and defaults of every setting, as they hold here. */
export function predictionSettings(model: ModelName, kernel?: string): readonly Setting[] {
  const chosen = allModels[model];
  return (kernel === undefined ? thisHost(chosen) : askedKernel(chosen, kernel)).settings;
}

interface Basis {
  readonly kernel: KernelVersion;
  /** With the values that hold as long as nothing is set. */
  readonly settings: readonly Setting[];
  readonly source: string;
  readonly notes: readonly string[];
}

function askedKernel(model: Model, text: string): Basis {
  const kernel = kernelAsked(text);
  return {
    kernel,
    settings: model.settings(kernel),
    source: `Linux ${text}, its own defaults`,
    notes: newerThanKnown(kernel),
  };
}

/** No line of a major version went further. */
const lastMinor: Readonly<Record<number, number>> = { 4: 20, 5: 19 };
const NEWEST_MAJOR = 9;

function kernelAsked(text: string): KernelVersion {
  const kernel = /^\d+\.\d+(\.\d+)?(-\S*)?$/.test(text) ? parseKernelVersion(text) : undefined;
  const remedy = `It is a release from ${kernelLine(oldestKernel)} on, written as 6.1 or 6.1.25.`;
  if (
    kernel === undefined ||
    kernel.major > NEWEST_MAJOR ||
    kernel.minor > (lastMinor[kernel.major] ?? Number.POSITIVE_INFINITY)
  ) {
    throw usageError('predict for kernel', `"${text}"`, remedy);
  }
  if (!atLeast(kernel, kernelLine(oldestKernel))) {
    throw usageError(
      'predict for kernel',
      `"${text}"`,
      `${remedy} Before, half-open connections were kept in another way.`,
    );
  }
  return kernel;
}

function thisHost(model: Model): Basis {
  const kernel = hostKernel();
  const missing: string[] = [];
  const settings = model.settings(kernel).map((setting) => {
    const name = sysctlOfSetting(setting.name);
    if (name === undefined) return setting.name === 'hz' ? hostHz(setting, missing) : setting;
    const value = Number(readSysctl(name) ?? Number.NaN);
    if (!Number.isFinite(value)) missing.push(`${name} (${setting.default} taken, the kernel's default)`);
    return Number.isFinite(value) ? { ...setting, default: value } : setting;
  });
  const notes = missing.length === 0 ? [] : [`could not be read here: ${missing.join('; ')}`];
  return {
    kernel,
    settings,
    source: `Linux ${os.release()}, the sysctls of this network namespace`,
    notes: [...notes, ...newerThanKnown(kernel)],
  };
}

function hostHz(setting: Setting, missing: string[]): Setting {
  const hz = readConfigHz(os.release());
  if (hz === undefined) missing.push(`CONFIG_HZ (${setting.default} taken; --set hz=1000 if it is another)`);
  return hz === undefined ? setting : { ...setting, default: hz };
}

function hostKernel(): KernelVersion {
  const failed = (on: string, said: string): HalfopenError =>
    new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'predict for',
      on,
      said,
      remedy: 'Name a kernel: --kernel 6.1',
    });
  if (process.platform !== 'linux') throw failed(process.platform, 'the models are of the Linux kernel');
  const kernel = parseKernelVersion(os.release());
  if (kernel === undefined)
    throw failed(`kernel ${os.release()}`, 'its release does not begin with a number');
  if (!atLeast(kernel, kernelLine(oldestKernel)))
    throw failed(`kernel ${os.release()}`, `the models begin with ${kernelLine(oldestKernel)}`);
  return kernel;
}

function newerThanKnown(kernel: KernelVersion): readonly string[] {
  const isNewer = atLeast(kernel, kernelLine(newestKernel)) && !sameLine(kernel, newestKernel);
  return isNewer
    ? [
        `${kernelLine(kernel)} is newer than what was checked: the rules of ${kernelLine(newestKernel)} are used`,
      ]
    : [];
}

function sameLine(a: KernelVersion, b: KernelVersion): boolean {
  return a.major === b.major && a.minor === b.minor;
}

function settingsGiven(model: Model, { kernel, settings }: Basis, texts: readonly string[]): SettingValues {
  for (const text of texts) refuseFromTheFuture(model, kernel, settings, text);
  const values = readSettings(settings, texts, `model ${model.name}`);
  for (const setting of settings) refuseImpossible(setting, values[setting.name]);
  return values;
}

function refuseFromTheFuture(
  model: Model,
  kernel: KernelVersion,
  settings: readonly Setting[],
  text: string,
): void {
  const name = /^(?:net\.(?:ipv4|core)\.)?([^=]*)/.exec(text)?.[1] ?? '';
  const isKnown = (some: readonly Setting[]): boolean => some.some((one) => one.name === name);
  const since = settingSince(name);
  if (since === undefined || isKnown(settings) || !isKnown(model.settings(newestKernel))) return;
  throw usageError('set', `"${text}" on kernel ${kernelLine(kernel)}`, `${name} exists since ${since}.`);
}

/** What ranges do not tell: numbers are whole, apart from times of the model's own. */
function refuseImpossible({ name, unit }: Setting, value: number | string | undefined): void {
  if (typeof value !== 'number') return;
  const isOwnTime = unit === 'ms' && /^[a-z]/.test(name) && !name.startsWith('tcp_');
  if (!isOwnTime && !Number.isInteger(value))
    throw usageError(
      `set ${name} to`,
      String(value),
      `It is a whole number${unit === 's' ? ' of seconds' : ''}.`,
    );
  if (name === 'TCP_RTO_MAX_MS' && value > 0 && value < 1000)
    throw usageError(
      `set ${name} to`,
      String(value),
      'The kernel takes 1000 to 120000 ms; 0 leaves it unset.',
    );
}
