import { configMap, deployment, namespace } from '../../policypacks/zero-trust/example-objects'

/** The settings of its mesh. */
export const mesh = configMap('istio', { mesh: 'trustDomain: mesh.example\nrootNamespace: istio-system\n' })

/** A namespace with one workload in a mesh that is known, on whose policies rules that change nothing are looked for. */
export const shop = [namespace('shop'), mesh, deployment('cart')]

/** A rule's callers: any of some accounts of that namespace. */
export function anybodyOf(...accounts: readonly string[]) {
  return { from: [{ source: { principals: accounts.map(name => `mesh.example/ns/shop/sa/${name}`) } }] }
}
