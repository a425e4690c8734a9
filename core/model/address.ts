import ipaddr from 'ipaddr.js'
import type { Expression } from './language'
import { Language } from './language'
import { once } from './once'

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
  return addressesFrom(bits.slice(0, Number(length) + 1))
}

/** The addresses whose bits begin with these, the family among them. */
export function addressesFrom(bits: string): Language {
  const found = known.get(bits) ?? Language.of(rest(bits))
  known.set(bits, found)
  return found
}

/** Blocks by their bits: policies name the same few again and again. Like all sets they are kept, one for each block that anything names. */
const known = new Map<string, Language>()

/** All addresses there are. */
export const anyAddress = once(() => Language.of({ choice: [rest('4'), rest('6')] }))

function rest(bits: string): Expression {
  const length = bits.startsWith('4') ? 33 : 129
  return { sequence: [bits, ...Array.from({ length: length - bits.length }, () => ({ chars: '01' }))] }
}

/** An address from its bits, for witnesses. */
export function printAddress(bits: string): string {
  const bytes = (bits.slice(1).match(/.{8}/g) ?? []).map(byte => parseInt(byte, 2))
  return ipaddr.fromByteArray(bytes).toString()
}
