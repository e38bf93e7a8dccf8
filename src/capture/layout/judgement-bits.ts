/** What a verdict amounts to, a byte for each (written by ../judging/verdict-table.ts): the place of its judgement, and these bits. */
export const judgements = 17;
export const judgementMask = 0x1f;
/** The connection was completed, and is over. */
export const over = 0x20;
/** All connections of such a verdict tell the same: nothing is amiss. */
export const calm = 0x40;
/** The capture ends before anything could be said of its opening. */
export const tooEarly = 0x80;
