import ipaddr from 'ipaddr.js'
import { Language } from './language'

/*
 * Addresses as strings of bits, so that a CIDR block is a prefix and sets of addresses are exact: `4` and 32 bits, or
 * `6` and 128 bits.
 */

/** An address as bits, or nothing where it is none. IPv4 mapped into IPv6 is IPv4, as Envoy's matchers see it. */
export function addressBits(address: string): string | undefined {
  if (!ipaddr.isValid(address) || (!address.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(address)))
    return undefined
  const parsed = ipaddr.process(address)
  const bits = parsed.toByteArray().map(byte => byte.toString(2).padStart(8, '0'))
  return `${parsed.kind() === 'ipv4' ? '4' : '6'}${bits.join('')}`
}

/** The addresses of a CIDR block or of a single address, or nothing where the text is neither. */
export function addressesOf(block: string): Language | undefined {
  const [address = '', length, ...rest] = block.split('/')
  const bits = addressBits(address)
  if (bits === undefined || rest.length > 0) return undefined
  if (length === undefined) return Language.literals([bits])
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits.length - 1) return undefined
  return Language.of({ sequence: [bits.slice(0, Number(length) + 1), { any: true }] }).intersect(anyAddress())
}

/** All addresses there are. */
export function anyAddress(): Language {
  const bit = { chars: '01' }
  const bits = (count: number) => Array.from({ length: count }, () => bit)
  return Language.of({ choice: [{ sequence: ['4', ...bits(32)] }, { sequence: ['6', ...bits(128)] }] })
}

/** An address from its bits, for witnesses. */
export function printAddress(bits: string): string {
  const bytes = (bits.slice(1).match(/.{8}/g) ?? []).map(byte => parseInt(byte, 2))
  return ipaddr.fromByteArray(bytes).toString()
}
