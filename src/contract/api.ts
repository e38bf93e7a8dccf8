/**
 * What the recorder's HTTP API answers, version 1. All of it below /api/v1, JSON, read-only but for `lab/runs` and `tune/plan`, which need
 * --allow-lab and --allow-tune and the token of `session`; bodies are JSON of at most 64 KiB. Errors: `ApiError` with the fitting status.
 */

import type { LabRun } from '../tcp/lab-run.ts';
import type { Prediction } from '../tcp/prediction.ts';
import type { Channel, SeriesKind } from '../tcp/recording/channel.ts';
import type { LiveSubject, RecorderStatus } from '../tcp/recording/feed.ts';
import type { Incident } from '../tcp/recording/incident.ts';
import type { IncidentDetail } from '../tcp/recording/incident-detail.ts';
import type { Family } from '../tcp/socket.ts';

export interface ApiError {
  readonly error: { readonly attempted: string; readonly said: string; readonly remedy?: string };
}

/** GET session: what this viewer may do. */
export interface ApiSession {
  readonly allowLab: boolean;
  readonly allowTune: boolean;
  /** To be sent as the header `x-halfopen-csrf` with each POST. */
  readonly csrf: string;
}

/** GET events, a text/event-stream. `hello` comes first, on each connection anew. */
export interface ApiEvents {
  readonly hello: ApiHello;
  readonly second: ApiSecond;
  readonly subjects: readonly LiveSubject[];
  readonly incident: Incident;
  readonly status: RecorderStatus;
}

export interface ApiHello {
  readonly status: RecorderStatus;
  readonly channels: Readonly<Record<SeriesKind, readonly Channel[]>>;
  readonly subjects: readonly LiveSubject[];
  readonly second: ApiSecond | null;
  readonly openIncidents: readonly Incident[];
}

/** Values in the order of the kind's channels; -1: nobody looked. */
export interface ApiSecond {
  readonly atSecond: number;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** GET series?from=&to=&ids=1,2&kind=listener&rows=600: seconds since 1970; from and to default to the last five minutes. */
export interface ApiSeriesList {
  readonly series: readonly ApiSeries[];
}

export interface ApiSeries {
  readonly subject: LiveSubject;
  readonly channels: readonly Channel[];
  readonly stepSeconds: number;
  readonly startSecond: number;
  /** By channel name; -1: nobody looked. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** GET incidents?since=&most=: ms since 1970; newest first. */
export interface ApiIncidentList {
  readonly incidents: readonly Incident[];
}

/** GET incidents/ID. The black box is at incidents/ID/capture.pcapng. */
export interface ApiIncident {
  readonly incident: Incident;
  /** null: it cannot be read any more. */
  readonly detail: IncidentDetail | null;
  /** null: none was kept, or it had to make room. */
  readonly blackBox: { readonly fromMs: number; readonly toMs: number; readonly bytes: number } | null;
}

/** GET sockets?by=state|listener|peer|process&state=&port=&netns= */
export interface ApiSockets {
  readonly total: number;
  readonly groups: readonly {
    readonly key: string;
    readonly count: number;
    readonly states: Readonly<Record<string, number>>;
  }[];
  /** Namespaces that could not be read, with the reason. */
  readonly missing: readonly string[];
}

/** GET lab/scenarios */
export interface ApiScenarios {
  readonly scenarios: readonly {
    readonly name: string;
    readonly title: string;
    readonly settings: readonly { readonly name: string; readonly value: string; readonly about: string }[];
  }[];
}

/** POST lab/runs: begins one, which is answered (202) as `ApiLabRun`. One runs at a time; 409 while another does. */
export interface ApiLabRequest {
  readonly scenario: string;
  /** Left out: ipv4. */
  readonly family?: Family;
  /** By name of the setting, as text: "2s", "16". */
  readonly set?: Readonly<Record<string, string>>;
  readonly seed?: number;
}

/** GET lab/runs: those of this recorder's time, newest first, at most 20. */
export interface ApiLabRuns {
  readonly runs: readonly ApiLabRunLine[];
}

export interface ApiLabRunLine {
  readonly id: string;
  readonly scenario: string;
  readonly family: Family;
  readonly startedMs: number;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
}

/**
 * GET lab/runs/ID; also what POST lab/runs/ID/stop answers, and the `run` events of GET lab/runs/ID/events, a text/event-stream that begins
 * with how it is and ends with the run.
 */
export interface ApiLabRun extends ApiLabRunLine {
  readonly purpose: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Said before it begins; null: this scenario has no timeline. */
  readonly predicted: Prediction | null;
  readonly progress: readonly { readonly atMs: number; readonly text: string }[];
  /** What was measured; null until it is over, and where it failed. */
  readonly run: LabRun | null;
  /** Why it failed, in words. */
  readonly failure: string | null;
}

/** POST tune/plan: watches this host for so long and answers what could be changed, a `TunePlan`. Changes nothing. One at a time. */
export interface ApiPlanRequest {
  /** As `--netns`; left out: all. */
  readonly netns?: string;
  readonly ports?: readonly number[];
  /** From 1 to 60; left out: 5. */
  readonly forSeconds?: number;
}

/** GET tune/parameters: what this host has set, and what it is worth; worst first. */
export interface ApiParameters {
  readonly namespaces: readonly string[];
  readonly parameters: readonly ApiParameter[];
}

export interface ApiParameter {
  readonly name: string;
  readonly title: string;
  /** By namespace name; a namespace without it is absent. */
  readonly values: Readonly<Record<string, string>>;
  readonly default: string | null;
  readonly judgement: string;
  readonly because: string;
}
