import type { Problem } from '../core/model/problem'
import { signingSecret, systemNamespace } from './istio-values'
import { readAnchors } from './pem'
import type { MeshSettings, TrustSettings } from './settings'

/** What is wrong with a mesh's settings taken together; each of them has the right type. Values that are not known yet are not judged. */
export function settingsProblems(settings: MeshSettings): readonly Problem[] {
  return [...trustProblems(settings.trust), ...tagProblems(settings), ...gatewayProblems(settings)]
}

/** What is wrong with the sources of trust. */
export function trustProblems({ bundle, secret, selfSigned = false }: TrustSettings): readonly Problem[] {
  const problems = typeof bundle === 'string' ? [...readAnchors(bundle, 'trust.bundle').problems] : []
  if (secret !== undefined && secret !== signingSecret) {
    const message = `istiod reads its signing certificate from the Secret \`${signingSecret}\` and would not see \`${secret}\``
    problems.push(error('wrong-secret', 'trust.secret', message, `name the Secret \`${signingSecret}\``))
  }
  if (selfSigned && (secret !== undefined || bundle !== undefined)) {
    const message = 'a root that istiod makes itself is in no bundle and no Secret'
    problems.push(error('contradictory-trust', 'trust', message, 'drop `selfSigned`, or all the others'))
  }
  if (!selfSigned && secret === undefined && bundle === undefined) {
    const hint = `\`secret: ${signingSecret}\`, a \`bundle\` beside it, or \`selfSigned: true\` for trying out`
    problems.push(error('no-trust', 'trust', 'nothing says whom the mesh trusts', hint))
  }
  return problems
}

function tagProblems({ istio }: MeshSettings): readonly Problem[] {
  if (istio.tag === undefined || istio.revision !== undefined) return []
  return [error('tag-without-revision', 'mesh.tag', 'a tag points at a revision, and there is none', 'set `revision`')]
}

function gatewayProblems({ istio, gateways = {} }: MeshSettings): readonly Problem[] {
  return Object.entries(gateways).flatMap(([name, gateway]) => {
    const at = `gateways.${name}`
    if (istio.install === false) {
      return [
        error('gateway-not-installed', at, 'nothing is installed into a mesh that is there already', 'leave it out'),
      ]
    }
    if ((gateway.namespace ?? name) !== systemNamespace(istio)) return []
    return [
      error('gateway-in-system', at, 'the gateway would stand among the control plane', 'give it another namespace'),
    ]
  })
}

function error(code: string, at: string, message: string, hint: string): Problem {
  return { code, severity: 'error', at, message, hint }
}
