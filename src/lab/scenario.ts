import type { Crowd } from '../kernel/packet-ring/tcp-filter.ts';
import type { Prediction } from '../tcp/prediction.ts';
import type { Setting, SettingValues } from '../tcp/setting.ts';
import type { Situation } from './situation.ts';
import type { Stage } from './stage/stage.ts';

/** By full name, e.g. "net.ipv4.tcp_syn_retries". */
export type Sysctls = Readonly<Record<string, number | string>>;

/**
 * An experiment: frozen data and three functions. It plays between two private namespaces, `client` and `server`, on one link;
 * `predict` speaks before anything has happened, `play` makes it happen and checks, the doctor's word is compared with `findings`.
 */
export interface Scenario {
  readonly name: string;
  /** One sentence: what it shows. */
  readonly purpose: string;
  /** What `--set` may change, with defaults; `linkSettings` among them where the link matters. */
  readonly settings: readonly Setting[];
  /** Pinned in both namespaces, so that nothing depends on the host; a setting of the same name (without "net.ipv4.") wins. */
  readonly sysctls: Sysctls;
  /** Networks whose segments are so many that only a share of them is captured. */
  readonly crowd?: (values: SettingValues) => Crowd;
  /** A third namespace between the two routes everything; see routerOf(). */
  readonly throughRouter?: true;
  /** Plays with the user's own server when `--server` is given. */
  readonly takesServer?: boolean;
  /** null: the model has no timeline for it, its checks carry the predicted numbers. */
  readonly predict: (values: SettingValues, situation: Situation) => Prediction | null;
  /** What the doctor must and must not say, at any severity. */
  readonly findings: (values: SettingValues, situation: Situation) => ExpectedFindings;
  readonly play: (stage: Stage, values: SettingValues) => Promise<void>;
}

export interface ExpectedFindings {
  readonly expected: readonly string[];
  readonly forbidden: readonly string[];
}
