import { at, given, text, type Field } from '../field'

/** Whether a ConfigMap is istiod's own (`istio`, `istio-<revision>`), which lies beside it. */
export function isMeshConfig(map: Field): boolean {
  return /^istio(-.+)?$/.test(text(at(map, 'metadata', 'name')) ?? '') && given(at(map, 'data', 'mesh'))
}
