import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Config } from '../../policypacks/zero-trust/config'
import { goodAnchor } from '../../policypacks/zero-trust/example-anchors'
import { signedIssuer } from '../../policypacks/zero-trust/example-issuers'
import { configMap } from '../../policypacks/zero-trust/example-objects'
import { secret } from '../../policypacks/zero-trust/example-trust'
import { parseLock } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests, printFinding } from '../../policypacks/zero-trust/run'
import type { PolicyPack } from '../../preview/policy-pack'
import { freshPack, registered, sha256 } from '../support/pack'

const examples = resolve(__dirname, '../../examples')
const targets = ['istio-sidecar', 'istio-ambient', 'linkerd'] as const

/** The proof takes its time, and pack.test.ts holds it to the same; here it runs over the smallest example. */
const proof = 'reach-equals-intent'

function objectsOf(example: string, target: string): readonly KubernetesObject[] {
  return ['manifests.yaml', 'assumptions.yaml'].flatMap(file => {
    const text = readFileSync(join(examples, example, 'expected', target, file), 'utf8')
    // Written by compile: Kubernetes objects.
    return parseAllDocuments(text, { version: '1.1' }).map(document => document.toJS() as KubernetesObject)
  })
}

/** One finding, however it was come by: the rule, and the line that names the resource, the field and what is wrong with it. */
function line(rule: string, text: string): string {
  return `${rule}: ${text}`
}

describe('ztm check and the pack', () => {
  let pack: PolicyPack
  before(async () => {
    pack = await freshPack()
  })
  after(() => {
    pack.close()
  })

  function checked(
    objects: readonly KubernetesObject[],
    lock: string | undefined,
    ids: readonly string[],
  ): readonly string[] {
    const intent = lock === undefined ? undefined : parseLock(readFileSync(lock, 'utf8'), lock, sha256)
    const chosen = rules.filter(({ id }) => ids.includes(id))
    const sourced = objects.map((object, i) => ({ object, at: `urn:${i}` }))
    return checkManifests(chosen, sourced, intent && { intent })
      .map(finding => line(`${finding.at} ${finding.rule}`, printFinding(finding)))
      .sort()
  }

  async function told(
    objects: readonly KubernetesObject[],
    lock: string | undefined,
    ids: readonly string[],
  ): Promise<readonly string[]> {
    const settings = rules
      .filter(({ id }) => ids.includes(id))
      .map(rule => {
        const own: Partial<Config> = lock !== undefined && rule.config.includes('lock') ? { lock } : {}
        return [rule.id, { enforcementLevel: 'mandatory', ...own }]
      })
    assert.deepEqual(await pack.configure({ all: 'disabled', ...Object.fromEntries(settings) }, 'test'), [])
    const resources = objects.map((object, i) => registered(object, `urn:${i}`))
    const each = await Promise.all(resources.map(resource => pack.analyze(resource)))
    const found = [...each.flat(), ...(await pack.analyzeStack(resources, ''))]
    return found
      .map(({ urn, rule, message }) => line(`${urn} ${rule}`, message.slice(message.indexOf('\n') + 1)))
      .sort()
  }

  const all = rules.map(({ id }) => id)
  const quick = all.filter(id => id !== proof)

  for (const example of ['bookinfo', 'emojivoto', 'online-boutique']) {
    for (const target of targets) {
      it(`find the same in ${example} on ${target}, which is nothing`, async () => {
        const lock = join(examples, example, 'intent.lock.json')
        const ids = example === 'bookinfo' ? all : quick
        const objects = objectsOf(example, target)
        const found = checked(objects, lock, ids)
        assert.deepEqual(await told(objects, lock, ids), found)
        assert.deepEqual(found, [])
      })
    }
  }

  type Break = (objects: readonly KubernetesObject[]) => readonly KubernetesObject[]
  const change = (kind: string, how: (object: KubernetesObject) => KubernetesObject): Break => {
    return objects => {
      const [first] = objects.filter(one => one.kind === kind)
      assert.ok(first, kind)
      return objects.map(object => (object === first ? how(object) : object))
    }
  }
  const open = (object: KubernetesObject): KubernetesObject => ({ ...object, spec: { rules: [{}] } })
  const breaks: Readonly<Record<string, readonly [target: (typeof targets)[number], how: Break]>> = {
    'a policy opened to everybody': ['istio-sidecar', change('AuthorizationPolicy', open)],
    'no policies': ['istio-sidecar', objects => objects.filter(({ kind }) => kind !== 'AuthorizationPolicy')],
    'permissive mTLS': [
      'istio-ambient',
      change('PeerAuthentication', object => ({ ...object, spec: { mtls: { mode: 'PERMISSIVE' } } })),
    ],
    'a namespace that nobody registers': [
      'istio-ambient',
      objects => objects.filter(({ kind }) => kind !== 'Namespace'),
    ],
    'an issuer that no anchor vouches for': [
      'linkerd',
      objects => [
        ...objects,
        secret('linkerd-identity-issuer', { 'tls.crt': btoa(signedIssuer) }, 'linkerd'),
        configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': goodAnchor }, 'linkerd'),
      ],
    ],
    'a policy for a Server that is not there': ['linkerd', objects => objects.filter(({ kind }) => kind !== 'Server')],
    'a NetworkPolicy for nobody, and a Pod on the network of its node': [
      'linkerd',
      objects => [
        ...objects,
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'lost', namespace: 'bookinfo' },
          spec: { podSelector: { matchLabels: { app: 'lost' } } },
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'agent', namespace: 'bookinfo' },
          spec: { hostNetwork: true, serviceAccountName: 'a', serviceAccount: 'b', containers: [{ name: 'agent' }] },
        },
      ],
    ],
  }

  for (const [title, [target, how]] of Object.entries(breaks)) {
    it(`find the same where something is broken: ${title}`, async () => {
      const objects = how(objectsOf('bookinfo', target))
      const lock = join(examples, 'bookinfo/intent.lock.json')
      const found = checked(objects, lock, all)
      assert.notEqual(found.length, 0)
      assert.deepEqual(await told(objects, lock, all), found)
    })
  }

  it('find the same where nobody says what is meant', async () => {
    const objects = objectsOf('bookinfo', 'istio-sidecar')
    const found = checked(objects, undefined, all)
    assert.ok(found.some(one => one.includes(proof)))
    assert.deepEqual(await told(objects, undefined, all), found)
  })
})
