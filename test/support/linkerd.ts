import { compile } from '../../core/compile/compile'
import type { Compiled, LinkerdTarget } from '../../core/compile/target'
import type { Layer } from '../../core/analyze/layer'
import { read } from '../../core/analyze/read-istio'
import type { Graph } from '../../core/graph/graph'
import { graphOf } from './compiled'

/** A target whose trust domain and control plane are not the usual ones, so that an assumption shows. */
export const linkerdTarget: LinkerdTarget = {
  kind: 'linkerd',
  version: '2.20',
  trustDomain: 'td.example',
  controlPlaneNamespace: 'mesh',
}

/** A graph of what a test is about, compiled for Linkerd. */
export function onLinkerd(parts: Partial<Graph>, more: Partial<LinkerdTarget> = {}): Compiled {
  return compile(graphOf(parts), { ...linkerdTarget, ...more })
}

/** What is compiled and what it rests on, as an analyzer reads it. */
export function layerOf({ manifests, assumptions }: Compiled): Layer {
  const objects = [...assumptions, ...manifests.map(({ object }) => object)]
  return read(objects.map(object => ({ object, at: '' }))).layer
}

/** The same with routes by the names that people read: without what stands in them for who may ask what. */
export function readably(compiled: Compiled): Compiled {
  const routes = compiled.manifests.filter(({ object: { kind } }) => kind === 'HTTPRoute' || kind === 'GRPCRoute')
  const plain = new Map(
    routes.map(({ object: { metadata } }) => [metadata.name, metadata.name.replace(/-[0-9a-z]{13}(?=$|\.\d+$)/, '')]),
  )
  const text = [...plain].reduce(
    (all, [name, short]) =>
      all.replaceAll(`"${name}"`, `"${short}"`).replaceAll(`"${name}.networks"`, `"${short}.networks"`),
    JSON.stringify(compiled.manifests),
  )
  return { ...compiled, manifests: JSON.parse(text) as Compiled['manifests'] }
}
