import { own } from '../../graph/plain'
import type { DataPlane } from '../target'
import type { Settings } from './settings'

/** What carries the calls into a namespace. */
export function planeOf(namespace: string, { plane, dataPlanes }: Settings): DataPlane {
  return own(dataPlanes, namespace) ?? plane
}
