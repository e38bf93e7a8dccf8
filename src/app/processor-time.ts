/** Processor time of this program so far, ms. By the wall clock a busy host would make everything seem costly, and its troubles go unseen. */
export function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
