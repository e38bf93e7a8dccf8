import type { Verdict } from './parameter.ts';

export const good = (because: string): Verdict => ({ judgement: 'good', because });
export const situational = (because: string): Verdict => ({ judgement: 'situational', because });
export const harmful = (because: string): Verdict => ({ judgement: 'harmful', because });
export const obsolete = (because: string): Verdict => ({ judgement: 'obsolete', because });
export const unrelated = (because: string): Verdict => ({ judgement: 'unrelated', because });
