import type { ReferenceGrant } from '../layer'
import { watched } from './cursor'
import { readNamed, requireNamespace, type RawObject } from './read-object'

/** Source: gateway-api `apis/v1beta1/referencegrant_types.go`. */
export function readReferenceGrant(object: RawObject): ReferenceGrant {
  const spec = object.body.get('spec')
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    return {
      from: spec
        .get('from')
        .items()
        .map(from => ({
          group: from.get('group').string() ?? '',
          kind: from.get('kind').required()?.string() ?? '',
          namespace: from.get('namespace').required()?.string() ?? '',
        })),
      to: spec
        .get('to')
        .items()
        .map(to => {
          const name = to.get('name').string() ?? ''
          const target = { group: to.get('group').string() ?? '', kind: to.get('kind').required()?.string() ?? '' }
          return name === '' ? target : { ...target, name }
        }),
    }
  })
  return { ...readNamed(object), ...value, unreadable: damaged }
}
