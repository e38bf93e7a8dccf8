import { escapeHtml, scriptJson } from './html-escape.ts';

export interface HtmlPage {
  readonly title: string;
  /** Style sheets, trusted. */
  readonly style: string;
  /** Content of the body, already escaped. */
  readonly body: string;
  /** What the page was made from, found again under this id. */
  readonly data: { readonly id: string; readonly value: unknown };
  /** The one script that may run, trusted; `sha256` of its text in base64, as a content security policy names it. */
  readonly script?: { readonly text: string; readonly sha256: string };
}

/** Nothing is loaded and nothing runs but the page's own script; the data is carried as text, which a policy does not concern. */
function policyFor(script: HtmlPage['script']): string {
  const own = script === undefined ? '' : ` script-src 'sha256-${script.sha256}';`;
  return `default-src 'none'; style-src 'unsafe-inline';${own} base-uri 'none'; form-action 'none'`;
}

/** One self-contained file: nothing from elsewhere, its data inside. */
export function htmlPage({ title, style, body, data, script }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
${body}<script type="application/json" id="${data.id}">${scriptJson(data.value)}</script>
${script === undefined ? '' : `<script>${script.text}</script>\n`}</body>
</html>
`;
}
