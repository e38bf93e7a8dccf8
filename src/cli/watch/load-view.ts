/**
 * The view is an ES module, as Ink is one that waits while it is loaded. In the bundled program this file is loaded by Node itself: code
 * that load-chunk.cjs has loaded cannot import ES modules.
 */
export const loadView = (): Promise<typeof import('./show-watch.tsx')> => import('./show-watch.tsx');
