/**
 * The program: a stack's configuration and the graph in, a mesh out. `pulumi up` runs it for the cluster that the stack
 * names, `npm run preview` without any.
 */
import { readConfig } from './components/config'
import { kubernetesProvider } from './components/provider'
import { ZeroTrustMesh } from './components/zero-trust-mesh'
import graph from './services'

const { cluster, mesh: settings } = readConfig()
const kubernetes = kubernetesProvider('kubernetes', cluster)
const mesh = new ZeroTrustMesh('mesh', { graph, ...settings }, { providers: { kubernetes } })

/** `host:port` by service and port name. */
export const endpoints = mesh.endpoints
/** What identities of this mesh start with. */
export const trustDomain = mesh.trustDomain
/** The certificates, in PEM, that verify the mesh; none where istiod makes its own. */
export const anchors = mesh.anchors
/** What was deployed, to hold against `intent.lock.json`. */
export const digest = mesh.digest
