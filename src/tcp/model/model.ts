/** A model: what can be set, and what follows from it. */
import type { ModelName, PredictedEvent, PredictedOutcome, Prediction, QueueLimits } from '../prediction.ts';
import { predictionSchemaVersion } from '../prediction.ts';
import { defaultsOf, type Setting, type SettingValues } from '../setting.ts';
import { type KernelVersion, kernelLine } from './kernel-version.ts';
import type { Moment } from './timer-wheel.ts';

export interface Model {
  readonly name: ModelName;
  /** One sentence: what is predicted. */
  readonly purpose: string;
  /** What can be set on `kernel`, with its defaults. */
  readonly settings: (kernel: KernelVersion) => readonly Setting[];
  /** Values that are missing take the kernel's default; names the model does not know are left alone. */
  readonly predict: (values: SettingValues, kernel: KernelVersion) => Prediction;
}

/** What a model works out; defineModel() makes a prediction of it. */
export interface Result {
  /** The answer in a sentence or two. */
  readonly answer: string;
  readonly events: readonly PredictedEvent[];
  readonly outcome: PredictedOutcome;
  readonly alternatives?: readonly PredictedOutcome[];
  readonly limits?: QueueLimits;
  readonly because: readonly string[];
}

/** Values by name, complete and of the right type. */
export interface Inputs {
  readonly number: (name: string) => number;
  readonly word: (name: string) => string;
}

interface Definition {
  readonly name: ModelName;
  readonly purpose: string;
  readonly settings: (kernel: KernelVersion) => readonly Setting[];
  readonly work: (inputs: Inputs, kernel: KernelVersion) => Result;
}

export function defineModel({ name, purpose, settings, work }: Definition): Model {
  return {
    name,
    purpose,
    settings,
    predict: (values, kernel) => {
      const known = settings(kernel);
      const complete = completeValues(known, values);
      const workWith = (some: SettingValues): Result => work(inputsOf(some), kernel);
      const result = workWith(complete);
      const { inputs, ignored } = influence(known, complete, workWith, result);
      return {
        schemaVersion: predictionSchemaVersion,
        model: name,
        kernel: kernelLine(kernel),
        inputs,
        events: inTimeOrder(result.events),
        outcome: result.outcome,
        ...(result.limits ? { limits: result.limits } : {}),
        ...(result.alternatives ? { alternatives: result.alternatives } : {}),
        answer: result.answer,
        ignored,
        because: result.because,
      };
    },
  };
}

/** Answers may come after the next sending; what happens at the same time stays in the order of cause and effect. */
function inTimeOrder(events: readonly PredictedEvent[]): readonly PredictedEvent[] {
  return [...events].sort((a, b) => a.atMs - b.atMs);
}

function completeValues(settings: readonly Setting[], values: SettingValues): SettingValues {
  const complete = defaultsOf(settings);
  for (const { name } of settings) {
    const value = values[name];
    if (value !== undefined) complete[name] = value;
  }
  return complete;
}

function inputsOf(values: SettingValues): Inputs {
  return {
    number: (name) => {
      const value = values[name];
      return typeof value === 'number' ? value : 0;
    },
    word: (name) => String(values[name] ?? ''),
  };
}

interface Influence {
  readonly inputs: Record<string, number | string>;
  readonly ignored: Record<string, number | string>;
}

/** An input counts when some other value of it, with all else as it is, would change the prediction. */
function influence(
  settings: readonly Setting[],
  values: SettingValues,
  work: (values: SettingValues) => Result,
  result: Result,
): Influence {
  const found = signature(result);
  const inputs: Record<string, number | string> = {};
  const ignored: Record<string, number | string> = {};
  for (const setting of settings) {
    const value = values[setting.name] ?? setting.default;
    const counts = otherValues(setting, value).some(
      (other) => signature(work({ ...values, [setting.name]: other })) !== found,
    );
    (counts ? inputs : ignored)[setting.name] = value;
  }
  return { inputs, ignored };
}

function signature({ events, outcome, alternatives, limits }: Result): string {
  return JSON.stringify([events, outcome, alternatives, limits]);
}

function otherValues(setting: Setting, value: number | string): readonly (number | string)[] {
  if (typeof value === 'string') return (setting.choices ?? []).filter((choice) => choice !== value);
  const { min = value, max = value } = setting;
  const tried = [min, max, value - 1, value + 1, Math.floor(value / 2), value * 2, 1, 2, 3, 1000, 10_000];
  return [...new Set(tried)].filter((one) => one !== value && one >= min && one <= max);
}

export function eventAt(
  moment: Moment,
  from: PredictedEvent['from'],
  what: PredictedEvent['what'],
): PredictedEvent {
  return { atMs: roundMs(moment.atMs), latestMs: roundMs(moment.latestMs), from, what };
}

export function endAt(moment: Moment, errno: string | null, state: string): PredictedOutcome {
  return { atMs: roundMs(moment.atMs), latestMs: roundMs(moment.latestMs), errno, state };
}

export function never(state: string): PredictedOutcome {
  return { atMs: null, latestMs: null, errno: null, state };
}

/** Microseconds are enough; more would show the computer's binary fractions. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
