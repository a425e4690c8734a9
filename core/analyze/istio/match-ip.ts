import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.process>
type Block = readonly [Address, number]

/** An address, or nothing where the text is none; IPv4 mapped into IPv6 is IPv4, as Envoy has it. */
export function parseAddress(text: string): Address | undefined {
  const readable = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text)
  return readable && !text.includes('%') ? ipaddr.process(text) : undefined
}

/** A CIDR block, or the block of one address; nothing where the text is neither (istio `pilot/pkg/networking/util/util.go` AddrStrToPrefix). */
export function parseBlock(text: string): Block | undefined {
  const [head = '', length, ...rest] = text.split('/')
  const address = parseAddress(head)
  if (!address || rest.length > 0) return undefined
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (length === undefined) return [address, bits]
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? [address, Number(length)] : undefined
}

/** Whether `address` lies in `block`; families never mix. */
export function inBlock(address: string, block: string): boolean {
  const parsed = parseAddress(address)
  const range = parseBlock(block)
  if (!parsed || !range) return false
  const [network, length] = range
  return parsed.kind() === network.kind() && parsed.match(network, length)
}
