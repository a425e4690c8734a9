import { own } from '../../graph/plain'
import type { Stage } from '../target'
import type { Settings } from './settings'

/** How far a namespace has been taken; what is not named is enforced, so that a name forgotten never opens anything. */
export function stageOf(namespace: string, { stages }: Settings): Stage {
  return own(stages, namespace) ?? 'enforce'
}
