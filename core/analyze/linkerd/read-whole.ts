import { watched, type Cursor } from '../istio/cursor'
import { isNamed, readNamed, requireNamespace, type RawObject } from '../istio/read-object'
import type { Named } from '../layer'

/** Whether anything of an object could not be read. */
export interface Readable {
  readonly unreadable: boolean
}

/**
 * An object of Linkerd's, as `read` has its spec. Most refer to each other by name, so that one whose name is not known, made up by a server as it may be, counts as
 * unreadable as well.
 */
export function readWhole<T extends object>(object: RawObject, read: (spec: Cursor) => T): Named & T & Readable {
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    return read(object.body.get('spec'))
  })
  return { ...readNamed(object), ...value, unreadable: damaged || !isNamed(object) }
}
