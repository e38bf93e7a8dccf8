/** What stands before an IP packet (https://www.tcpdump.org/linktypes.html); nothing where the link type is raw IP or unknown. */
export function linkHeader(linkType: number, tags: number, isIpv6: boolean): readonly number[] {
  const type = isIpv6 ? [0x86, 0xdd] : [0x08, 0x00];
  const tagged = [...Array.from({ length: tags }, () => [0x81, 0x00, 0x00, 0x05]).flat(), ...type];
  if (linkType === 1) return [...zeros(12), ...tagged];
  if (linkType === 113) return [...zeros(14), ...tagged];
  if (linkType === 276)
    return tags === 0 ? [...type, ...zeros(18)] : [0x81, 0x00, ...zeros(18), 0, 5, ...type];
  if (linkType === 0) return [isIpv6 ? 10 : 2, 0, 0, 0];
  if (linkType === 108) return [0, 0, 0, isIpv6 ? 24 : 2];
  return [];
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}
