/**
 * The program: a stack's configuration, the graph and what other teams contribute to it in, a mesh out. `pulumi up` runs it for the cluster that the
 * stack names, `npm run preview` without any.
 */
import { readConfig } from './components/config'
import { mergeConfigured } from './components/fragments'
import { kubernetesProvider } from './components/provider'
import { ZeroTrustMesh } from './components/zero-trust-mesh'
import services from './services'

// A function, since what other stacks export has to be waited for.
export = async () => {
  const { cluster, mesh: settings, parts: configured } = readConfig()
  const { graph, ...parts } = await mergeConfigured(services, configured)
  const kubernetes = kubernetesProvider('kubernetes', cluster)
  const mesh = new ZeroTrustMesh('mesh', { graph, parts, ...settings }, { providers: { kubernetes } })
  return {
    /** `host:port` by service and port name. */
    endpoints: mesh.endpoints,
    /** What identities of this mesh start with. */
    trustDomain: mesh.trustDomain,
    /** The certificates, in PEM, that verify the mesh; none where istiod makes its own. */
    anchors: mesh.anchors,
    /** What was deployed, to hold against `intent.lock.json`. */
    digest: mesh.digest,
    /** All of it for other stacks, whatever their language: docs/mesh.schema.json. */
    mesh: mesh.output,
  }
}
