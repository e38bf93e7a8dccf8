/**
 * What the recorder's HTTP API answers, version 1. All of it below /api/v1, JSON, read-only but for `lab/runs` and `tune/plan`, which need
 * --allow-lab and --allow-tune and the token of `session`. Errors: `ApiError` with the fitting status.
 */

import type { Channel, SeriesKind } from '../tcp/recording/channel.ts';
import type { LiveSubject, RecorderStatus } from '../tcp/recording/feed.ts';
import type { Incident } from '../tcp/recording/incident.ts';
import type { IncidentDetail } from '../tcp/recording/incident-detail.ts';

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
