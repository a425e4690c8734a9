import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../../../core/compile/compile'
import { capabilities } from '../../../../core/compile/target'
import { blocks } from '../../../../core/model/problem'
import { graph } from '../../../support/arbitrary/graph'
import { compiled, graphOf, manifestOf, names, service, specIn, specOf, target, told } from '../../../support/compiled'
import { anyTarget } from './targets'

const pair = {
  services: { a: service('http', 8080), b: service('http', 8080) },
  calls: { a: { b: { http: ['GET /'] } } },
}

/** The same graph with the keys of every record, and the routes of every list, in another order. */
function shuffled<T>(value: T, random: () => number): T {
  if (typeof value !== 'object' || value === null) return value
  const order = <E>(list: E[]): E[] =>
    list
      .map(item => ({ item, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item)
  if (Array.isArray(value)) return order(value.map((item: unknown) => shuffled(item, random))) as T
  return Object.fromEntries(order(Object.entries(value)).map(([key, v]) => [key, shuffled(v, random)])) as T
}

describe('compile', () => {
  it('closes every namespace by default', () => {
    const result = compiled(pair)
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/default-deny'), {})
    assert.deepEqual(manifestOf(result, 'AuthorizationPolicy shop/default-deny').because, [
      'shop/a → shop/b:8080 GET /',
    ])
  })

  it('gives the same bytes whatever the order of declaration', () => {
    fc.assert(
      fc.property(
        graph,
        anyTarget,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (declared, to, stream) => {
          const other = <T>(value: T): T => shuffled(value, () => stream.next().value)
          assert.equal(JSON.stringify(compile(other(declared), other(to))), JSON.stringify(compile(declared, to)))
        },
      ),
    )
  })

  it('gives the same bytes whatever the order of labels, addresses, stages and ports', () => {
    const world = (forward: boolean) => {
      const order = <T>(list: T[]): T[] => (forward ? list : list.reverse())
      const record = <T>(entries: [string, T][]): Record<string, T> => Object.fromEntries(order(entries))
      const ports = record([
        ['web', { protocol: 'http' as const, port: 8080 }],
        ['admin', { protocol: 'tcp' as const, port: 9000 }],
      ])
      const labels = record([
        ['app', 'a'],
        ['tier', 'x'],
      ])
      const a = {
        namespace: 'shop',
        labels,
        ports,
        probes: record([
          ['readiness', 'GET /r'],
          ['liveness', 'GET /l'],
        ]),
      }
      const routes = {
        a: record<string[] | 'tcp'>([
          ['web', ['GET /']],
          ['admin', 'tcp'],
        ]),
      }
      const lb = { kind: 'nodes' as const, cidrs: order(['10.0.0.0/8', '192.168.0.0/16']), routes }
      const b = service('http', 8080, { namespace: 'other' })
      const stages = record([
        ['shop', 'strict' as const],
        ['other', 'strict' as const],
        ['none', 'strict' as const],
        ['nil', 'strict' as const],
      ])
      return compiled({ services: { a, b }, outside: { lb } }, { stages })
    }
    assert.equal(JSON.stringify(world(false)), JSON.stringify(world(true)))
  })

  it('generates nothing that no reason explains, and marks all of it', () => {
    fc.assert(
      fc.property(graph, anyTarget, (declared, to) => {
        for (const { object, because } of compile(declared, to).manifests) {
          assert.notEqual(because.length, 0)
          assert.ok(because.every(reason => reason !== ''))
          assert.equal(object.metadata.labels?.['app.kubernetes.io/managed-by'], 'zero-trust-mesh')
        }
      }),
    )
  })

  it('writes no wildcard, negative, namespace or alias into a policy, and no HTTP field beside a TCP port', () => {
    fc.assert(
      fc.property(graph, anyTarget, (declared, to) => {
        for (const { object } of compile(declared, to).manifests) {
          // At stage `strict` calls pass their waypoint unjudged.
          if (object.kind !== 'AuthorizationPolicy' || object.metadata.name.startsWith('open-to-the-mesh')) continue
          const { rules = [] } = specIn(object)
          for (const { from, to, when = [], ...rest } of rules) {
            assert.deepEqual(rest, {})
            for (const { values } of when) assert.ok(values.length > 0 && values.every(value => !value.includes('*')))
            for (const { source } of from ?? []) {
              const { requestPrincipals = [], ...caller } = source
              assert.ok(['', 'principals', 'ipBlocks'].includes(Object.keys(caller).join()))
              for (const name of caller.principals ?? []) assert.match(name, /^td\.example\/ns\/[a-z-]+\/sa\/[a-z-]+$/)
              // Of an issuer any subject, and of none but him.
              for (const name of requestPrincipals) assert.match(name, /^[^*]+\/\*$/)
              assert.ok(requestPrincipals.length === 1 || when.length === 0)
            }
            const kinds = new Set(to.map(({ operation }) => Object.keys(operation).join()))
            // Hosts tell requests apart at gateways alone.
            const known = object.metadata.name.startsWith('entries-of-')
              ? ['hosts,methods,paths']
              : ['ports', 'ports,methods,paths']
            assert.ok(known.includes([...kinds].join(' ')), [...kinds].join(' '))
          }
        }
      }),
    )
  })

  it('leaves the graph as it was and shares nothing with it', () => {
    const labels = { app: 'a' }
    const declared = graphOf({
      services: { a: service('tcp', 1, { labels }) },
      outside: {
        lb: { kind: 'nodes', routes: { a: { tcp: 'tcp' } } },
      },
    })
    const before = JSON.stringify(declared)
    const { manifests } = compile(declared, target)
    const policy = manifests.find(({ object }) => object.metadata.name === 'callers-of-a')
    assert.ok(policy)
    assert.notEqual(specIn(policy.object).selector.matchLabels, labels)
    assert.equal(JSON.stringify(declared), before)
  })

  it('copes with services called like properties of every object', () => {
    const result = compiled({
      services: { constructor: service('http', 8080), 'to-string': service('http', 8080) },
      calls: { 'to-string': { constructor: { http: ['GET /'] } } },
    })
    assert.deepEqual(told(result), [])
    assert.equal(specOf(result, 'AuthorizationPolicy shop/callers-of-constructor').rules.length, 1)
  })
})

describe('stages', () => {
  const calls = { a: { b: { http: ['GET /'] }, stripe: { https: 'tls' as const } } }
  const external = { stripe: { hosts: ['api.stripe.com'], ports: { https: { protocol: 'tls' as const, port: 443 } } } }

  it('shadow every policy of a namespace at `strict`, which still requires mTLS', () => {
    const result = compiled({ ...pair, external, calls }, { stages: { shop: 'strict' } })
    assert.deepEqual(names(result), [
      'AuthorizationPolicy shop/callers-of-b',
      'AuthorizationPolicy shop/default-deny',
      'PeerAuthentication shop/default',
      'ServiceEntry shop/api.stripe.com',
    ])
    for (const name of ['callers-of-b', 'default-deny']) {
      const { annotations } = manifestOf(result, `AuthorizationPolicy shop/${name}`).object.metadata
      assert.deepEqual(annotations, { 'istio.io/dry-run': 'true' })
    }
    assert.deepEqual(specOf(result, 'PeerAuthentication shop/default'), { mtls: { mode: 'STRICT' } })
  })

  it('enforce what is not named, without a shadow and with the egress of its callers', () => {
    const other = { ...pair.services, c: service('http', 8080, { namespace: 'other' }) }
    const result = compiled({ ...pair, services: other, external, calls }, { stages: { other: 'strict' } })
    for (const name of names(result, 'AuthorizationPolicy shop/')) {
      assert.equal(manifestOf(result, name).object.metadata.annotations, undefined)
    }
    assert.deepEqual(names(result, 'Sidecar'), ['Sidecar shop/callees-of-a', 'Sidecar shop/default'])
  })

  it('change annotations and egress, and never what a policy says', () => {
    const [strict, enforced] = (['strict', 'enforce'] as const).map(stage =>
      compiled(pair, { stages: { shop: stage } }),
    )
    assert.ok(strict && enforced)
    for (const name of names(strict)) assert.deepEqual(specOf(strict, name), specOf(enforced, name))
  })

  it('are refused for a namespace that the graph does not have', () => {
    const { problems } = compiled(pair, { stages: { shpo: 'strict' } })
    assert.deepEqual(problems, [
      {
        code: 'unknown-namespace',
        severity: 'error',
        at: 'target.stages.shpo',
        message: 'no service is in a namespace `shpo`',
        hint: 'did you mean `shop`?',
      },
    ])
  })
})

describe('a target', () => {
  it('is supported from Istio 1.29 to 1.31', () => {
    for (const version of ['1.29.6', '1.30.3', '1.31.0-rc.0', '1.30']) {
      assert.deepEqual(told(compiled(pair, { version })), [], version)
    }
    for (const version of ['1.28.10', '1.32.0', '1.3', '2.30.1', '1.301', '', 'latest']) {
      assert.deepEqual(told(compiled(pair, { version })), ['error unsupported-version at target.version'], version)
    }
  })

  it('has names that can end up in a selector or a host', () => {
    for (const field of ['systemNamespace', 'rootNamespace', 'revision', 'tag', 'clusterDomain'] as const) {
      const result = compiled(pair, { rootNamespace: 'policies', [field]: '*' })
      assert.deepEqual(told(result), [`error bad-name at target.${field}`])
      assert.ok(!JSON.stringify(result.manifests).includes('*/*'))
    }
    assert.deepEqual(told(compiled(pair, { revision: '1.30.3' })), ['error bad-name at target.revision'])
  })

  it('keeps the default deny whatever else is wrong with it', () => {
    const result = compiled(pair, { version: '9', trustDomain: '', revision: '?' })
    assert.ok(blocks(result.problems))
    assert.ok(names(result).includes('AuthorizationPolicy shop/default-deny'))
  })

  it('says of every capability how well it is expressed', () => {
    for (const support of Object.values(capabilities)) {
      for (const { how, note } of Object.values(support)) {
        assert.ok(['enforced', 'partly', 'not'].includes(how))
        assert.match(note, /^[^A-Z].*[^.]$/s)
      }
    }
  })
})
