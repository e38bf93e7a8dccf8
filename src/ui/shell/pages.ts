export interface ConsolePage {
  /** The first part of its path. */
  readonly path: string;
  readonly title: string;
}

export const pages: readonly ConsolePage[] = Object.freeze([
  { path: '', title: 'Now' },
  { path: 'incidents', title: 'Incidents' },
  { path: 'capture', title: 'Capture' },
  { path: 'sockets', title: 'Sockets' },
  { path: 'lab', title: 'Lab' },
  { path: 'tune', title: 'Tune' },
]);
