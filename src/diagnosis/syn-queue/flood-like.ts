/** Attempts to connect that their senders did not complete. */
export interface Uncompleted {
  readonly count: number;
  readonly perSecond: number;
  /** Of those whose sender is known: how many they are, and how many addresses stand behind them. */
  readonly seen: number;
  readonly addresses: number;
}

/** From this share of unanswered handshakes on: lossy networks lose a few percent, mixed traffic under attack far more. */
export const FLOOD_SHARE = 0.3;
/** Fewer than these are scanners and phones that went out of range, which every public server sees. */
export const FLOOD_COUNT = 10;
export const FLOOD_COUNT_IN_SMALL_QUEUE = 5;
/** From this share on of clients that repeat their SYN, or say goodbye, they are real ones. */
export const ALIVE_SHARE = 0.3;
/** A few clients whose ACKs are lost do not open connections at this rate. */
const FLOOD_FROM_FEW_PER_SECOND = 50;

/** Forged or distributed sources are many; a single one counts when it comes as no client would. */
export function hasFloodLikeSources({ count, perSecond, seen, addresses }: Uncompleted): boolean {
  if (seen === 0 || addresses >= FLOOD_COUNT) return true;
  const mostlyOnce = addresses >= seen / 2 && addresses >= Math.min(count, FLOOD_COUNT_IN_SMALL_QUEUE);
  return mostlyOnce || perSecond >= FLOOD_FROM_FEW_PER_SECOND;
}
