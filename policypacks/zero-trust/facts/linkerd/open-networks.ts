import { parseBlock } from '../../../../core/analyze/istio/match-ip'
import { at, items, required, Unproven, type Field } from '../../field'
import { namespaceOf } from '../policies'
import { nameOf } from './objects'

/** A NetworkAuthentication, and whether any address will do. */
export interface NetworkFact {
  readonly field: Field
  /** `namespace/name` */
  readonly key: string
  readonly isOpen: boolean
}

export function readNetworks(field: Field): NetworkFact {
  const cidrs = items(at(field, 'spec', 'networks')).map(network => at(network, 'cidr'))
  return { field, key: `${namespaceOf(field)}/${nameOf(field)}`, isOpen: isEverywhere(cidrs.map(bitsOf)) }
}

/** A block as the bits that all of its addresses begin with, after its family. */
function bitsOf(field: Field): string {
  const block = parseBlock(required(field))
  if (block === undefined) throw new Unproven(field, 'is not a block of addresses')
  const [address, length] = block
  const bytes = address.toByteArray().map(byte => byte.toString(2).padStart(8, '0'))
  return `${address.kind() === 'ipv4' ? '4' : '6'}${bytes.join('').slice(0, length)}`
}

/** Whether blocks have every address of a family between them, be it by halves. What they leave out again does not count. */
function isEverywhere(blocks: readonly string[]): boolean {
  return ['4', '6'].some(family => isWhole(blocks.flatMap(bits => (bits.startsWith(family) ? [bits.slice(1)] : []))))
}

function isWhole(blocks: readonly string[]): boolean {
  if (blocks.length === 0) return false
  const isHalf = (bit: string) => isWhole(blocks.flatMap(bits => (bits.startsWith(bit) ? [bits.slice(1)] : [])))
  return blocks.includes('') || ['0', '1'].every(isHalf)
}
