import { escapeHtml } from '../../report/html-escape.ts';

export const loginStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; min-height: 90vh; place-items: center; margin: 0; }
main { width: min(24rem, 90vw); }
h1 { font-size: 1.25rem; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin-top: .5rem; padding: .5rem; }
.wrong { color: light-dark(#b00020, #ff8a80); }
`;

/** A form that works without JavaScript. `to` is the path to go on to; `wrong` says why the last attempt failed. */
export function loginPage(to: string, wrong?: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>halfopen: log in</title>
<link rel="stylesheet" href="/login.css">
<main>
<h1>halfopen</h1>
<form method="post" action="/login">
<input type="hidden" name="to" value="${escapeHtml(to)}">
${wrong === undefined ? '' : `<p class="wrong" role="alert">${escapeHtml(wrong)}</p>\n`}<label for="token">The token of this recorder (the content of its --token-file)</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</main>
</html>
`;
}
