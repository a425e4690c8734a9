import ipaddr from 'ipaddr.js'

/**
 * The canonical text of a CIDR block (`10.1.2.3/8` is `10.0.0.0/8`), or nothing where it is none. Octets in octal, short
 * forms, zones and IPv4 written as IPv6 are none: their readers do not agree about them.
 */
export function canonicalCidr(text: string): string | undefined {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    const [, bits] = ipaddr.IPv4.parseCIDR(text)
    return `${ipaddr.IPv4.networkAddressFromCIDR(text).toString()}/${bits}`
  }
  if (text.includes('%') || !ipaddr.IPv6.isValidCIDR(text)) return undefined
  const [address, bits] = ipaddr.IPv6.parseCIDR(text)
  if (address.isIPv4MappedAddress()) return undefined
  return `${ipaddr.IPv6.networkAddressFromCIDR(text).toString()}/${bits}`
}

/** Whether a text is a single address, of either family. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)
}
