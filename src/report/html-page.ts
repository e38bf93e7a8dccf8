import { escapeHtml, scriptJson } from './html-escape.ts';

export interface HtmlPage {
  readonly title: string;
  /** Style sheets, trusted. */
  readonly style: string;
  /** Content of the body, already escaped. */
  readonly body: string;
  /** What the page was made from, found again under this id. */
  readonly data: { readonly id: string; readonly value: unknown };
}

/** Nothing is loaded and nothing runs; the data is carried as text, which a policy does not concern. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** One self-contained file: no script, nothing from elsewhere, its data inside. */
export function htmlPage({ title, style, body, data }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
${body}<script type="application/json" id="${data.id}">${scriptJson(data.value)}</script>
</body>
</html>
`;
}
