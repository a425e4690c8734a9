import type { AuthorizationPolicy, JwtRule, MtlsMode, PeerAuthentication, RequestAuthentication } from '../layer'
import type { TokenHeader } from '../../model/token'
import { placeOf, usualPlace } from '../../model/token'
import { watched, type Cursor } from './cursor'
import { readAnnotations, readNamed, requireNamespace, type RawObject } from './read-object'
import { readRules } from './read-rule'
import { readMatchLabels, readTargeting } from './read-selector'
import { readBool } from './go-bool'
import type { Ternary } from './kleene'

/*
 * Policies are read strictly: a field that Istio does not know is dropped by an API server, so that the policy would
 * say less than was written. Whatever of a policy could not be read is `unknown`, never left out.
 */

const objectFields = ['apiVersion', 'kind', 'metadata', 'spec', 'status']

/** The policy's spec, and whether the object holds anything that does not belong there. */
function readSpec(object: RawObject, fields: readonly string[]): { readonly spec: Cursor; readonly odd: boolean } {
  const spec = object.body.get('spec')
  const { damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    object.body.only(objectFields)
    spec.only(fields)
  })
  return { spec, odd: damaged }
}

/** Sources: istio/api `security/v1beta1/authorization_policy.proto`; istio `pilot/pkg/security/authz/builder/builder.go`. */
export function readAuthorizationPolicy(object: RawObject): AuthorizationPolicy {
  const { spec, odd } = readSpec(object, ['selector', 'targetRef', 'targetRefs', 'rules', 'action', 'provider'])
  const action = watched(spec.log, () => spec.get('action').oneOf('ALLOW', 'DENY', 'CUSTOM', 'AUDIT') ?? 'ALLOW')
  const provider = spec.get('provider').get('name').string()
  const policy: AuthorizationPolicy = {
    ...readNamed(object),
    selector: readMatchLabels(spec.get('selector')),
    ...readTargeting(spec),
    action: action.damaged ? 'unknown' : action.value,
    ...(provider === undefined ? {} : { provider }),
    dryRun: readDryRun(object),
    rules: readRules(spec.get('rules')),
  }
  if (!odd) return policy
  return {
    ...policy,
    selector: { kind: 'unknown' },
    targeted: 'unknown',
    action: 'unknown',
    rules: [{ kind: 'unreadable' }],
  }
}

/** Any spelling of true that Go accepts; what it does not accept is false (istio `authz/builder/builder.go` isDryRun). */
function readDryRun(object: RawObject): Ternary {
  const annotations = readAnnotations(object)
  if (annotations.damaged) return 'unknown'
  return readBool(annotations.value['istio.io/dry-run'] ?? 'false') ? 'yes' : 'no'
}

const modes = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] as const

/** Source: istio/api `security/v1beta1/peer_authentication.proto`, whose CEL rule allows port levels only beside a selector. */
export function readPeerAuthentication(object: RawObject): PeerAuthentication {
  const { spec, odd } = readSpec(object, ['selector', 'mtls', 'portLevelMtls'])
  const selector = readMatchLabels(spec.get('selector'))
  const mode = readMode(spec.get('mtls'))
  const ports = watched(spec.log, () => readPortModes(spec.get('portLevelMtls')))
  const { damaged: misplaced } = watched(spec.log, () => {
    if (ports.value.size > 0 && selector.kind === 'all')
      spec.get('portLevelMtls').wrong('no port levels without a selector')
  })
  const broken = odd || misplaced
  return {
    ...readNamed(object),
    selector: odd ? { kind: 'unknown' } : selector,
    mode: broken ? 'unknown' : mode,
    ports: ports.value,
    portsUnknown: ports.damaged || broken,
  }
}

function readMode(mtls: Cursor): MtlsMode | 'unknown' {
  const { value, damaged } = watched(mtls.log, () => {
    mtls.only(['mode'])
    return mtls.get('mode').oneOf(...modes) ?? 'UNSET'
  })
  return damaged ? 'unknown' : value
}

function readPortModes(ports: Cursor): ReadonlyMap<number, MtlsMode | 'unknown'> {
  const result = new Map<number, MtlsMode | 'unknown'>()
  for (const [key, mtls] of ports.fields()) {
    const port = Number(key)
    if (/^\d{1,5}$/.test(key) && port >= 1 && port <= 65535) result.set(port, readMode(mtls))
    else ports.wrong(`port numbers as keys, not \`${key}\``)
  }
  return result
}

const jwtFields = [
  'issuer',
  'audiences',
  'jwks',
  'jwksUri',
  'jwks_uri',
  'fromHeaders',
  'fromParams',
  'fromCookies',
  'outputPayloadToHeader',
  'forwardOriginalToken',
  'outputClaimToHeaders',
  'timeout',
  'spaceDelimitedClaims',
]

/** Source: istio/api `security/v1beta1/request_authentication.proto`. */
export function readRequestAuthentication(object: RawObject): RequestAuthentication {
  const { spec, odd } = readSpec(object, ['selector', 'targetRef', 'targetRefs', 'jwtRules'])
  const targeting = readTargeting(spec)
  const rules = watched(spec.log, () => spec.get('jwtRules').items().flatMap(readJwtRule))
  return {
    ...readNamed(object),
    selector: odd ? { kind: 'unknown' } : readMatchLabels(spec.get('selector')),
    ...targeting,
    ...(odd && { targeted: 'unknown' }),
    issuers: rules.value,
    unreadable: odd || rules.damaged,
  }
}

function readJwtRule(rule: Cursor): readonly JwtRule[] {
  rule.required()?.only(jwtFields)
  const issuer = rule.get('issuer').required()?.string()
  if (issuer === undefined) return []
  return [
    {
      issuer,
      audiences: rule.get('audiences').strings(),
      spaceDelimited: rule.get('spaceDelimitedClaims').strings(),
      places: readPlaces(rule),
    },
  ]
}

/** A rule that names no place reads the usual one (istio/api `security/v1beta1/request_authentication.proto`, `JWTRule.from_headers`). */
function readPlaces(rule: Cursor): JwtRule['places'] {
  const headers = watched(rule.log, () => rule.get('fromHeaders').items().flatMap(readHeader))
  const others = ['fromParams', 'fromCookies'].some(field => rule.get(field).items().length > 0)
  if (others || headers.damaged) return 'unknown'
  return headers.value.length > 0 ? [...new Set(headers.value.map(placeOf))] : [usualPlace]
}

function readHeader(header: Cursor): readonly TokenHeader[] {
  header.required()?.only(['name', 'prefix'])
  const name = header.get('name').required()?.string()
  return name === undefined ? [] : [{ name, prefix: header.get('prefix').string() ?? '' }]
}
