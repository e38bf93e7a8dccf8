/** Style of lab pages, on top of html-style.ts; colours are its tokens. */
export const labStyle = `.run { padding: 1.75rem 0 2rem; border-top: 2px solid var(--soft); }
.run.failed { border-top-color: var(--loss); }
.run.incomplete { border-top-color: var(--pressure); }
.run > section, .run > figure { margin-top: 1.75rem; }
.failed > .tag b { color: var(--loss); }
.incomplete > .tag b { color: var(--pressure); }
.runs td.failed { color: var(--loss); font-weight: 600; }
.runs td.incomplete { color: var(--pressure); font-weight: 600; }
.runs tbody th { font-weight: 600; }
.runs a { color: var(--accent); text-decoration: none; }
.runs a:hover { text-decoration: underline; }
.checks td.wrong { color: var(--loss); font-weight: 600; }
.checks .reason { display: block; color: var(--soft); font-size: 0.8125rem; }
.checks tbody th::before { content: "\\2713"; color: var(--soft); display: inline-block; width: 1.4em; text-indent: 0; }
.checks tr.wrong th::before { content: "\\2717"; color: var(--loss); }
.checks tbody th { padding-left: 1.4em; text-indent: -1.4em; }
.checks tbody th .reason { text-indent: 0; }
.checks .unit { color: var(--soft); }
.doctor ul { list-style: none; padding: 0; margin-top: 0.25rem; font-size: 0.9375rem; }
.doctor b { font-weight: 600; }
.doctor li.wrong b { color: var(--loss); }
.series .chart { margin-top: 0.9rem; }
.series .plot { grid-template-rows: 3.5rem auto; }
.series .wire { grid-template-rows: 1.6rem auto; }
.series .wire .y-axis span:last-child { display: block; transform: translateY(-50%); }
.series .wire .tick { stroke: var(--edge); }
.series .wire .tick.loss { stroke: var(--loss); }
.story ol { list-style: none; padding: 0; margin-top: 0.25rem; font-size: 0.9375rem; }
.story li { display: grid; grid-template-columns: 5.2rem 1fr; column-gap: 0.6rem; padding: 0.15rem 0; }
.story time { color: var(--soft); text-align: right; }
.incomplete-why { margin-top: 0.6rem; color: var(--pressure); }
@media (max-width: 40rem) {
  .series .plot { grid-template-rows: 3.5rem auto; }
  .series .wire { grid-template-rows: 1.6rem auto; }
  .series .wire .y-axis { display: none; }
  .checks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .checks tbody tr { display: flex; flex-wrap: wrap; gap: 0 0.75rem; padding: 0.5rem 0 0.5rem 1.4em; border-bottom: 1px solid var(--line); }
  .checks tbody th { flex: 1 0 100%; margin-left: -1.4em; }
  .checks tbody tr > * { border: 0; padding-top: 0; padding-bottom: 0; text-align: left; white-space: normal; }
  .checks tbody tr > td { padding-left: 0; padding-right: 0; }
  .checks td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-weight: 400; }
  .story li { grid-template-columns: 4.2rem 1fr; }
}
@media print {
  .run { break-before: auto; }
  .run details.packets { display: none; }
}
`;
