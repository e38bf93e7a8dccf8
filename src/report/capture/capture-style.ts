/** Style of a capture's page, on top of html-style.ts; colours are its tokens. */
export const captureStyle = `.partial-mark { margin-top: 0.75rem; padding-left: 0.75rem; border-left: 3px solid var(--pressure); color: var(--pressure); max-width: 44rem; }
header > .quiet { margin-top: 0.5rem; }
.bar { display: block; width: 100%; height: 0.75rem; margin-top: 0.3rem; }
.bar .calm, .bar .unknown { fill: var(--edge); }
.bar .pressure { fill: var(--pressure-fill); }
.bar .loss { fill: var(--loss-fill); }
.bars th { white-space: nowrap; }
.bars tbody th { font-weight: 600; }
.bars .meaning { color: var(--soft); }
.bars .picture { width: 38%; min-width: 5rem; }
.judgements .picture { width: 22%; }
.judgements th.loss { color: var(--loss); }
.judgements th.pressure { color: var(--pressure); }
.bars .peak { color: var(--pressure); white-space: nowrap; }
.connections .quiet, .peers .quiet { margin-top: 0.4rem; max-width: 48rem; }
.controls { margin-top: 0.9rem; font-size: 0.9375rem; display: flex; flex-wrap: wrap; gap: 0.4rem 0.75rem; align-items: baseline; }
.controls[hidden] { display: none; }
.controls output { color: var(--soft); }
select { font: inherit; font-size: 0.875rem; color: inherit; background: var(--code); border: 1px solid var(--line); border-radius: 4px; padding: 0.2rem 0.4rem; }
#connection-table { font-size: 0.875rem; }
#connection-table th, #connection-table td { padding-right: 0.9rem; }
#connection-table td { white-space: nowrap; }
#connection-table .address { white-space: normal; overflow-wrap: anywhere; min-width: 9.5rem; }
#connection-table th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-align: inherit; }
#connection-table th button:enabled { cursor: pointer; }
#connection-table th button:enabled:hover { color: var(--ink); }
#connection-table th[aria-sort="ascending"] button::after { content: " \\2191"; }
#connection-table th[aria-sort="descending"] button::after { content: " \\2193"; }
#connection-table th:not([aria-sort="none"]) { color: var(--ink); }
#connection-table a { color: var(--accent); }
#connection-table .opens { cursor: pointer; }
#connection-table .opens:hover { background: var(--code); }
#connection-table .opened > td { padding: 0 0 1.5rem; white-space: normal; }
#connection-table button:focus-visible, #connection-table a:focus-visible, select:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.story { padding-top: 0.25rem; max-width: 52rem; overflow-wrap: anywhere; }
.story .because { margin-top: 0.6rem; font-size: 0.9375rem; }
.story .quiet { margin-top: 0.3rem; font-size: 0.8125rem; }
.story pre { margin-top: 0.75rem; }
.stories details { border-top: 1px solid var(--line); margin-top: 0; padding: 0.4rem 0; }
.scripted .stories { display: none; }
@media (max-width: 40rem) {
  .minor { display: none; }
  .bars .meaning { display: none; }
  .bars .picture { min-width: 3.5rem; width: 25%; }
  .bars th, .bars td { padding-right: 0.6rem; }
  .series figcaption { margin-bottom: 1rem; }
  #connection-table { font-size: 0.8125rem; }
  #connection-table th, #connection-table td { padding-right: 0.5rem; }
  #connection-table .address { min-width: 7.9rem; font-size: 0.75rem; }
}
@media print {
  .controls, .story pre { display: none; }
  #connection-table { font-size: 0.75rem; }
}
`;
