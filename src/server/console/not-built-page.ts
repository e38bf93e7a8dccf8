/** Where the console was not built, what is there instead. */
export const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>halfopen</title>
<h1>halfopen is recording</h1>
<p>This copy of it was built without the console (<code>npm run build</code> makes it). What it records can be had as well from</p>
<ul>
<li><a href="/api/v1/incidents">/api/v1/incidents</a>: what was found, as JSON</li>
<li><a href="/api/v1/series">/api/v1/series</a>: the last five minutes, as JSON</li>
<li><a href="/api/v1/events">/api/v1/events</a>: what happens now, as server-sent events</li>
<li><code>halfopen history</code> and <code>halfopen watch</code> in a terminal</li>
</ul>
</html>
`;
