import type { Certificate } from './certificate'
import type { Trust } from './read'

/** Certificates from the issuer, first, to an anchor, last; each is signed by the next. An anchor that issues by itself is a path of one. */
export type Path = readonly [Certificate, ...Certificate[]]

/** More authorities than this below each other are no hierarchy of a mesh, and a search could take long. */
const longest = 8
/** As many ways to an anchor are looked at. */
const most = 32

/** Every way from a certificate to an anchor, by signatures that were verified and not by names alone. */
export function pathsToAnchors(from: Certificate, trust: Trust): readonly Path[] {
  const found: Path[] = []
  walk([from], trust, found)
  return found
}

function walk(path: Path, trust: Trust, found: Path[]): void {
  const last = path.at(-1) ?? path[0]
  if (found.length >= most || path.length > longest) return
  const itself = trust.anchors.find(anchor => isSame(anchor, last))
  if (itself) {
    found.push(path)
    return
  }
  // An anchor comes first: what stands beyond it need not hold.
  for (const next of [...trust.anchors, ...trust.intermediates])
    if (trust.signed(last, next) && !path.some(one => isSame(one, next))) walk([...path, next], trust, found)
}

/** Whether two are the same certificate, wherever each was given. */
export function isSame(a: Certificate, b: Certificate): boolean {
  return a.fingerprint === b.fingerprint
}
