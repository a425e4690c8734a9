/** The bytes that hexadecimal stands for. */
export function fromHex(text: string): ArrayBuffer {
  return Uint8Array.from(text.match(/../g) ?? [], byte => parseInt(byte, 16)).buffer
}

/** Bytes in hexadecimal, lower case. */
export function hex(bytes: ArrayBuffer | Uint8Array): string {
  return [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
