// PROXY headers of version 2, put together octet by octet and not with the code under test.
import { Buffer } from "node:buffer";

export const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
export const TCP4 = 0x11;
export const TCP6 = 0x21;

/** 192.0.2.7 port 50000 to 198.51.100.9 port 995. */
export const ADDRESSES4 = Buffer.from("c0000207c6336409c35003e3", "hex");

export function tlv(type: number, value: Uint8Array | string): Buffer {
  const content = Buffer.from(value as string, "latin1");
  return Buffer.concat([Buffer.from([type, content.length >> 8, content.length & 0xff]), content]);
}

/** A header as it says it is; `length` lies where it is given. */
export function v2(family: number, payload: readonly Uint8Array[], command = 0x21, length?: number): Buffer {
  const content = Buffer.concat(payload);
  const told = length ?? content.length;
  return Buffer.concat([SIGNATURE, Buffer.from([command, family, told >> 8, told & 0xff]), content]);
}

/** The header with a checksum that was put in by a bitwise computation of CRC-32C. */
export function checked(family: number, payload: readonly Uint8Array[]): Buffer {
  const header = v2(family, [...payload, tlv(0x03, new Uint8Array(4))]);
  header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
}

export function crc32c(octets: Uint8Array): number {
  let crc = ~0;
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const low = (crc ^ (octet >> bit)) & 1;
      crc = (crc >>> 1) ^ (low === 1 ? 0x82f63b78 : 0);
    }
  }
  return ~crc >>> 0;
}
