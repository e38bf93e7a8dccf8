/** Numbers in a packet: network byte order (RFC 1700). */

export function readU8(at: usize): i32 {
  return <i32>load<u8>(at);
}

export function readU16(at: usize): i32 {
  return <i32>bswap<u16>(load<u16>(at));
}

export function readI32(at: usize): i32 {
  return bswap<i32>(load<i32>(at));
}
