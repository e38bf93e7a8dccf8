import { darkTokens, lightTokens } from './tokens.ts';

/** The style sheet of HTML reports. Grey by default, one accent; red only for loss, amber only for pressure. */
export const htmlStyle = `:root {
  color-scheme: light dark;
${lightTokens}
}
@media (prefers-color-scheme: dark) {
  :root {
${darkTokens}
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.5rem; }
main { padding-top: 3rem; }
h1, h2, h3, p, ul, ol, dl, dd, figure, pre { margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.012em; max-width: 44rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.35; font-weight: 650; letter-spacing: -0.006em; }
h3 { font-size: 0.8125rem; line-height: 1.4; font-weight: 600; color: var(--soft); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.875em; }
header { padding-bottom: 2rem; }
.where { color: var(--soft); font-size: 0.875rem; margin-bottom: 0.5rem; }
.where b { color: var(--ink); font-weight: 600; }
.where span, .tag span { display: inline-block; }

.finding, main > section { padding: 1.75rem 0 2rem; border-top: 1px solid var(--line); }
.finding { border-top-width: 2px; border-top-color: var(--soft); }
.finding.critical { border-top-color: var(--loss); }
.finding.warning { border-top-color: var(--pressure); }
.tag { color: var(--soft); font-size: 0.8125rem; margin-bottom: 0.35rem; }
.tag b { font-weight: 650; }
.critical .tag b { color: var(--loss); }
.warning .tag b { color: var(--pressure); }
.why { max-width: 44rem; margin-top: 0.6rem; }

.facts { margin-top: 1.25rem; font-size: 0.9375rem; display: grid; grid-template-columns: fit-content(16rem) 1fr; column-gap: 1.5rem; }
.facts > div { display: grid; grid-column: 1 / -1; grid-template-columns: 12rem 1fr; grid-template-columns: subgrid; padding: 0.4rem 0; border-top: 1px solid var(--line); }
.facts > div:last-child { border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); min-width: 0; }
.facts dd { display: flex; justify-content: space-between; gap: 1.25rem; min-width: 0; }
.source { color: var(--soft); font-size: 0.8125rem; font-weight: 400; flex: none; max-width: 45%; overflow-wrap: anywhere; }

.ruled-out, .remedies { margin-top: 1.5rem; max-width: 48rem; }
.ruled-out ul { list-style: none; padding: 0; margin-top: 0.25rem; font-size: 0.9375rem; }
.ruled-out span, .effect, .useless, .quiet, .more { color: var(--soft); }
.remedies ol { padding-left: 1.35rem; margin-top: 0.25rem; }
.remedies li { padding-left: 0.25rem; }
.remedies li + li { margin-top: 0.85rem; }
.remedies li::marker { color: var(--soft); }
pre {
  background: var(--code); border-radius: 4px; padding: 0.5rem 0.75rem; margin: 0.35rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5;
}
.effect, .useless, .more, .quiet { font-size: 0.9375rem; }
.useless { margin-top: 0.85rem; }
.useless b { font-weight: 600; }
.more { margin-top: 1.25rem; }
.more code, footer code { color: var(--accent); }

.chart { margin-top: 1.25rem; }
.chart .quiet { font-size: 0.75rem; text-align: right; }
figcaption { font-size: 0.875rem; color: var(--soft); margin-bottom: 0.4rem; }
figcaption b { font-weight: 600; color: var(--ink); }
figcaption span { float: right; }
.plot { display: grid; grid-template-columns: auto 1fr; grid-template-rows: 7rem auto; column-gap: 0.6rem; clear: both; }
.y-axis { position: relative; width: 5.2rem; font-size: 0.75rem; color: var(--soft); }
.y-axis span { position: absolute; right: 0; transform: translateY(-50%); white-space: nowrap; }
.y-axis span:last-child { transform: translateY(-85%); }
.area { display: block; width: 100%; height: 100%; grid-column: 2; }
.area .calm { fill: var(--calm); }
.area .pressure { fill: var(--pressure-fill); }
.area .loss { fill: var(--loss-fill); }
.area .unseen { fill: var(--grid); }
.area .grid { stroke: var(--grid); }
.area .edge { stroke: var(--edge); stroke-opacity: 0.55; }
.area .floor { stroke: var(--soft); stroke-opacity: 0.6; }
.area .limit { stroke: var(--limit); stroke-dasharray: 4 3; }
.x-axis { grid-column: 2; display: flex; justify-content: space-between; font-size: 0.75rem; color: var(--soft); margin-top: 0.25rem; }

table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
th { text-align: left; font-weight: 400; }
thead th { color: var(--soft); font-size: 0.8125rem; vertical-align: bottom; }
th, td { padding: 0.4rem 1rem 0.4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
.listeners tbody th { font-weight: 600; white-space: nowrap; }
.number + :not(.number) { padding-left: 0.75rem; }
td.loss { color: var(--loss); font-weight: 600; }
td.pressure { color: var(--pressure); font-weight: 600; }
.wide { overflow-x: auto; margin-top: 0.75rem; }
.numbers { width: auto; min-width: 20rem; font-size: 0.875rem; }
.listeners .quiet { margin-top: 0.6rem; }
.listeners .chart { margin-top: 2rem; }

.notes ul { padding-left: 1.1rem; margin-top: 0.75rem; max-width: 48rem; }
.notes > p { margin-top: 0.4rem; }
.notes li + li { margin-top: 0.75rem; }
.notes li b { font-weight: 600; }
.notes li::marker { color: var(--soft); }
.notes code { color: var(--soft); }
details { margin-top: 0.6rem; font-size: 0.9375rem; }
summary { cursor: pointer; color: var(--accent); width: fit-content; }
summary span { color: var(--soft); font-size: 0.8125rem; margin-left: 0.4rem; }
.chart summary { font-size: 0.8125rem; }
.details details { margin-top: 0.75rem; }
.details section { margin-top: 1.25rem; }
footer { color: var(--soft); font-size: 0.8125rem; padding-top: 1.25rem; padding-bottom: 3rem; border-top: 1px solid var(--line); max-width: 57rem; padding-left: 0; padding-right: 0; }

@media (max-width: 40rem) {
  main { padding: 1.75rem 1rem 0; }
  footer { margin: 0 1rem; }
  h1 { font-size: 1.45rem; }
  .facts { grid-template-columns: 1fr; }
  .facts dd { display: block; }
  .facts .source { display: block; max-width: none; }
  figcaption span { float: none; display: block; }
  .plot { grid-template-columns: 1fr; grid-template-rows: 6.5rem auto; }
  .y-axis { grid-column: 1; grid-row: 1; width: auto; pointer-events: none; }
  .y-axis span { right: auto; left: 0; transform: translateY(-100%); }
  .y-axis span:last-child { display: none; }
  .area, .x-axis { grid-column: 1; }
  .area { grid-row: 1; }
  .x-axis span:nth-child(even) { display: none; }
  .listeners thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .listeners tbody tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .listeners tbody th { flex: 1 0 100%; white-space: normal; overflow-wrap: anywhere; }
  .listeners tbody tr > * { border: 0; padding: 0; text-align: left; }
  .listeners td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-weight: 400; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --ink: #000000; --soft: #4a4e54; --line: #d5d8dc; --code: #f4f4f4;
    --accent: #23486e; --calm: #cbd7e4; --grid: #eceef0; --edge: #6f8dad; --limit: #3a3e44;
    --loss: #a3180f; --loss-fill: #dd6158; --pressure: #7a4f00; --pressure-fill: #e7b95c;
  }
  html { font-size: 10.5pt; }
  body { font-size: 1rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  main { padding-top: 0; }
  figure, tr, li, pre { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
  .chart details { display: none; }
  .wide { overflow: visible; }
}
`;
