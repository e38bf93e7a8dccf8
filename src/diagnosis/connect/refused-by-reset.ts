/** A destination that answers SYNs with RST, seen from outside. */
export function refusedByReset(destination: string): {
  readonly title: string;
  readonly explanation: string;
} {
  return {
    title: `${destination} answers with RST`,
    explanation:
      'A RST comes from the host itself when no program listens on that address and port, or from a firewall that rejects with tcp-reset. The host is up and the way there is open.',
  };
}
