import type { Route } from '../routes/route.ts';
import type { ServerContext } from '../server-env.ts';
import type { ConsoleFile, ConsoleFiles } from './console-files.ts';
import { notBuiltPage } from './not-built-page.ts';

/** Paths that the console itself reads: all of them are its one page. */
const pagePaths = ['/', '/incidents', '/incidents/:id', '/capture', '/sockets', '/lab', '/tune'] as const;

export const consolePageRoutes: readonly Route[] = pagePaths.map((path) => ({
  method: 'GET',
  path,
  open:
    ({ consoleFiles }) =>
    (context) => {
      const page = consoleFiles.get('/index.html');
      return page === undefined ? context.html(notBuiltPage) : answerWith(context, page);
    },
}));

/** One route for each file: there are no others. */
export function consoleFileRoutes(files: ConsoleFiles): readonly Route[] {
  return [...files].map(([path, file]) => ({
    method: 'GET',
    path,
    open: () => (context) => answerWith(context, file),
  }));
}

function answerWith(context: ServerContext, file: ConsoleFile): Response {
  const headers = {
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
  };
  if (context.req.header('if-none-match') === file.etag) return context.body(null, 304, headers);
  return context.body(file.bytes, 200, { ...headers, 'content-type': file.contentType });
}
