import type { JudgeContext } from '../parameter.ts';

/** A sentence for an interface whose value is smaller than that of conf.all, set beside it: the larger counts (IN_DEV_MAXCONF()). */
export function lostToAll(
  parameter: string,
  number: number,
  { of, other }: JudgeContext,
): string | undefined {
  const all = of === undefined || of === 'all' ? undefined : other(`net.ipv4.conf.all.${parameter}`)?.number;
  return all === undefined || all <= number
    ? undefined
    : `Without effect: the larger of conf.all and ${of === 'default' ? 'the interface’s own' : `conf.${of}`} counts, and conf.all.${parameter}=${all} is set here, too.`;
}

/**
 * A sentence for conf.all=0 where one of conf.all and the interface's own is enough (IN_DEV_ORCONF()) and nothing else here sets the latter.
 * Writing conf.default reaches interfaces that were not set by name, those that exist as well (devinet_copy_dflt_conf(), measured on 6.18).
 */
export function aloneAllTurnsNothingOff(
  parameter: string,
  number: number,
  { of, other }: JudgeContext,
): string {
  const own = other(`net.ipv4.conf.default.${parameter}`)?.number;
  return of === 'all' && number === 0 && own !== 0
    ? ` By itself it turns nothing off: each interface’s own 1 is enough; conf.default.${parameter}=0 reaches those that were not set by name.`
    : '';
}
