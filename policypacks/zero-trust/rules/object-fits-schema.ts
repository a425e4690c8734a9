import type { KubernetesObject } from '../../../core/model/manifest'
import { isDefinition, readDefinitions } from '../../../core/analyze/schema/definitions'
import { validateObjects, type Misfit, type Place } from '../../../core/analyze/schema/validate-objects'
import { cartServer, server } from '../example-linkerd'
import { authorizationPolicy, cartPolicy, object } from '../example-objects'
import { isObject } from '../facts/analyzed'
import { finding, gather, judgeEach, observed, plain, Unproven, type Field } from '../field'
import { isRecord, UNKNOWN, UNREADABLE } from '../judged'
import { rule, type Context, type Finding } from '../rule'

const definition: KubernetesObject = object(
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  [undefined, 'sidecars.networking.istio.io'],
  {
    spec: {
      group: 'networking.istio.io',
      names: { kind: 'Sidecar', plural: 'sidecars' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    egress: { type: 'array', items: { type: 'object', properties: { hosts: hostsSchema() } } },
                  },
                },
              },
            },
          },
        },
      ],
    },
  },
)

function hostsSchema(): object {
  return { type: 'array', items: { type: 'string' } }
}

const sidecar = (spec: Readonly<Record<string, unknown>>): KubernetesObject =>
  object(['networking.istio.io/v1', 'Sidecar'], ['shop', 'cart'], { spec })

/**
 * Every object fits what its kind is defined as. An API server drops a field it does not know, and Pulumi's provider creates objects without asking for a word about it
 * (kubernetes `apiserver/pkg/endpoints/handlers/create.go` fieldValidation: nothing given warns, and no more), so that a policy whose `from` is misspelt admits everybody.
 */
export const objectFitsSchema = rule({
  id: 'object-fits-schema',
  severity: 'high',
  scope: 'stack',
  controls: ['nist-800-53/AC-3', 'nist-800-53/CM-6', 'nist-800-207/tenet-5', 'soc-2/CC8.1', 'iso-27001/A.8.9'],
  why: 'an API server drops a field that it does not know without a word, so that a policy whose `from` is misspelt admits everybody',
  fix: 'write the field as its kind defines it; where the definition is newer than what is known here, register or give the CustomResourceDefinition',
  limits:
    'rules in CEL, formats and kinds of Kubernetes itself are left to the server, and kinds beside the policies are looked at where the stack has their CustomResourceDefinition, or `--crds` gives it',
  config: [],
  examples: {
    pass: [
      { title: 'a policy whose fields there are', objects: [cartPolicy] },
      { title: 'a Server whose fields there are', objects: [cartServer] },
      { title: 'a kind that the stack defines', objects: [definition, sidecar({ egress: [{ hosts: ['./*'] }] })] },
      { title: 'a kind that nobody defines here', objects: [cartPolicy, sidecar({ egres: [] })] },
    ],
    fail: [
      {
        title: 'a misspelt field, so that everybody is admitted',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ form: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }] }],
          }),
        ],
      },
      {
        title: 'a field in the wrong case',
        objects: [server('cart.port', { podSelector: {}, port: 7070, proxyprotocol: 'gRPC' })],
      },
      { title: 'an action that is none', objects: [authorizationPolicy('cart', { action: 'ALLOWED', rules: [] })] },
      { title: 'a misspelt field of a kind that the stack defines', objects: [definition, sidecar({ egres: [] })] },
    ],
  },
  check,
})

function check({ objects }: Context): readonly Finding[] {
  const { facts, findings } = gather(objects.filter(isObject), whole)
  const definitions = readDefinitions(facts.map(({ content }) => content))
  // Their places are their numbers, so that what is found leads back to them.
  const inputs = facts.flatMap(({ content }, i) => (isDefinition(content) ? [] : [{ object: content, at: String(i) }]))
  const { misfits, unchecked } = validateObjects(inputs, definitions, { isUnknown: value => value === UNKNOWN })
  const fieldsAt = ({ at, path }: Place): readonly Field[] => {
    const fact = facts[Number(at)]
    return fact === undefined ? [] : [{ ...fact.field, path }]
  }
  return [
    ...findings,
    ...misfits.flatMap(misfit => fieldsAt(misfit).flatMap(field => judge(misfit, field))),
    ...judgeEach(unchecked.values.flatMap(fieldsAt).filter(isOfMesh), refuseUnknown),
  ]
}

interface Whole {
  readonly field: Field
  readonly content: unknown
}

function whole(field: Field): Whole {
  const { apiVersion, kind } = field.of
  // Of a definition everything has to be known: what it leaves open would make another object right.
  const content = isDefinition(field.of) ? plain(field) : observed(field)
  if (!isRecord(content) || kind === UNREADABLE) throw new Unproven(field, 'cannot be read')
  return { field, content: { ...content, apiVersion, kind } }
}

function judge({ code, what, hint }: Misfit, field: Field): readonly Finding[] {
  // What a patch leaves out is not missing.
  if (field.of.extent === 'patch' && (code === 'missing-field' || what.startsWith('is absent'))) return []
  return [finding(field, hint === undefined ? what : `${what}; ${hint}`)]
}

const mesh =
  /^(security|networking)\.istio\.io\/|^policy\.linkerd\.io\/|^gateway\.networking\.k8s\.io\/|^networking\.k8s\.io\//

/** A value that is not known is nobody's fault; in what lets calls through it is refused, as by every rule. */
function isOfMesh({ of }: Field): boolean {
  return mesh.test(of.apiVersion)
}

function refuseUnknown(field: Field): never {
  throw new Unproven(field, 'is not known before deployment')
}
