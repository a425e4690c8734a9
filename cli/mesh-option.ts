import { Option } from 'commander'
import type { Mesh } from '../core/trust/expected'

/** The meshes whose trust can be looked at. */
export const meshes: readonly Mesh[] = ['istio', 'linkerd']

/** `--mesh`, one of them. */
export function meshOption(what: string): Option {
  return new Option('--mesh <mesh>', what).choices(meshes)
}
