import type { Layer } from '../layer'

/** The layer without its network: what the mesh alone lets through, with nothing below it that limits or could limit anything. */
export function withoutNetwork(layer: Layer): Layer {
  return { ...layer, network: { policies: [], unmodelled: new Set() } }
}
