/** Style of ladders; colours are the tokens of html-style.ts. */
export const ladderStyle = `.ladder { display: block; overflow: visible; font: inherit; font-size: 0.8125rem; font-variant-numeric: tabular-nums; margin-top: 0.5rem; }
.ladder text { fill: var(--ink); }
.ladder .soft { fill: var(--soft); }
.ladder .head { font-weight: 600; }
.ladder .label { paint-order: stroke; stroke: var(--page); stroke-width: 7px; stroke-linejoin: round; }
.ladder .alarm { fill: var(--loss); font-weight: 600; }
.ladder .amiss { fill: var(--pressure); }
.ladder .lifeline { stroke: var(--soft); stroke-width: 1.5; }
.ladder .pause { stroke: var(--page); stroke-width: 4; stroke-dasharray: 3 5; }
.ladder .shaft { stroke: var(--edge); stroke-width: 1.5; }
.ladder .tip { fill: var(--edge); }
.ladder .unseen .shaft { stroke-dasharray: 4 4; stroke: var(--soft); }
.ladder .unseen .tip, .ladder .unseen text { fill: var(--soft); }
.ladder .cross { stroke: var(--loss); stroke-width: 2; fill: none; }
.ladder .unseen .cross { stroke: var(--soft); }
.ladder .end { fill: var(--ink); stroke: var(--page); stroke-width: 2; }
.ladder .end.foretold { fill: var(--page); stroke: var(--soft); stroke-width: 1.5; }
.ladder .last { font-weight: 650; }
.ladder-figure figcaption { margin-bottom: 0; }
.ladder-figure td.amiss { color: var(--pressure); }
@media (max-width: 40rem) { .ladder { font-size: 0.75rem; } }
@media print { .ladder-figure { break-inside: auto; } }
`;
