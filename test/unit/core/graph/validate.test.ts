import assert from 'node:assert/strict'
import type { Graph } from '../../../../core/graph/graph'
import { validate } from '../../../../core/graph/validate'
import { blocks } from '../../../../core/model/problem'
import { defects } from './defects'
import { shop, shopGraph } from './shop'

describe('validate', () => {
  it('finds nothing in a sound graph', () => {
    assert.deepEqual(validate(shopGraph()), [])
  })

  for (const { text, graph, code, at, hint } of defects) {
    it(text, () => {
      const problems = validate(graph() as Graph)
      assert.deepEqual(
        problems.map(problem => `${problem.severity} ${problem.code} ${problem.at}`),
        [`error ${code} ${at}`],
      )
      assert.ok(problems[0]?.hint?.includes(hint) ?? hint === '', problems[0]?.hint)
    })
  }

  it('speaks in lower case, without a full stop, on one line, its backticks in pairs', () => {
    for (const { text, graph } of defects) {
      const words = validate(graph() as Graph).flatMap(({ message, hint = '' }) => [message, hint])
      for (const said of words) {
        assert.doesNotMatch(said, /^[A-Z][a-z]|\.$|\n/, `${text}: ${said}`)
        assert.equal((said.match(/`/g)?.length ?? 0) % 2, 0, `${text}: ${said}`)
      }
    }
  })

  it('wants names for issuers too', () => {
    const graph = shop()
    graph.jwt.Corp = graph.jwt.corp
    delete graph.jwt.corp
    graph.calls.cart.cart.grpc[1].jwt.issuer = 'Corp'
    graph.ingress.web.routes.frontend.http[2].jwt.issuer = 'Corp'
    const problems = validate(graph as Graph)
    assert.deepEqual(
      problems.map(({ code, at, hint }) => `${code} ${at} ${hint ?? ''}`),
      ['malformed-name jwt.Corp did you mean `corp`?'],
    )
  })

  it('looks for no use of an issuer among routes that could not be read', () => {
    const graph = shop()
    graph.calls.cart.cart.grpc = 7
    const problems = validate(graph as Graph)
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['wrong-type calls.cart.cart.grpc'],
    )
  })

  it('repeats nothing of a private key', () => {
    const keys = defects.filter(({ code }) => code === 'private-key')
    assert.ok(keys.length > 0)
    for (const { graph } of keys) assert.doesNotMatch(JSON.stringify(validate(graph() as Graph)), /c2VjcmV0/)
  })

  it('finds fifty defects in a graph that has fifty', () => {
    const graph = shop()
    const wanted: string[] = []
    const spoil = (at: string, change: () => unknown) => {
      change()
      wanted.push(at)
    }
    for (let i = 0; i < 10; i++) {
      const name = `extra${i}`
      graph.services[name] = { namespace: 'many', ports: { http: { protocol: 'http', port: 8080 } } }
      graph.calls[name] = { cart: { grpc: ['shop.Cart/Get'] } }
      spoil(`services.${name}.ports.http.servicPort`, () => (graph.services[name].ports.http.servicPort = 1))
      spoil(`services.${name}.serviceAccount`, () => (graph.services[name].serviceAccount = 'A'))
      graph.services[name].namespace = `many-${i}`
      spoil(`calls.${name}.crat`, () => (graph.calls[name].crat = { grpc: ['a.B/C'] }))
      spoil(`calls.${name}.cart.grpc[1]`, () => graph.calls[name].cart.grpc.push('Get'))
      spoil(`calls.${name}.redis.redis`, () => (graph.calls[name].redis = { redis: ['GET /'] }))
    }
    const problems = validate(graph as Graph)
    assert.deepEqual(problems.map(({ at }) => at).sort(), wanted.sort())
    assert.equal(problems.length, 50)
  })

  it('is not misled about the rest by what has the wrong shape', () => {
    const graph = shop()
    graph.services.redis = 'redis'
    graph.services.cart.ports.grpc.port = 'x'
    graph.external.stripe.ports = 7
    graph.ingress.web.routes.frontend.http = [1, 'GET /**', 'FETCH /x']
    graph.calls.cart.redsi = { redis: 'tcp' }
    const problems = validate(graph as Graph)
    assert.deepEqual(problems.map(({ code, at }) => `${code} ${at}`).sort(), [
      'unknown-method ingress.web.routes.frontend.http[2]',
      'unknown-service calls.cart.redsi',
      'wrong-type external.stripe.ports',
      'wrong-type ingress.web.routes.frontend.http[0]',
      'wrong-type services.cart.ports.grpc.port',
      'wrong-type services.redis',
    ])
  })

  it('spells out, without blocking, what a caller outside the mesh costs', () => {
    const graph = shop()
    graph.outside.apiserver = { kind: 'kube-apiserver', routes: { webhook: { https: 'tls' } } }
    graph.outside.lb = { kind: 'cidr', cidrs: ['10.0.0.0/8'], routes: { frontend: { http: ['GET /'] } } }
    const problems = validate(graph as Graph)
    assert.equal(blocks(problems), false)
    assert.deepEqual(
      problems.map(({ code, severity, at, message }) => ({ code, severity, at, message })),
      [
        {
          code: 'admits-without-identity',
          severity: 'delegated',
          at: 'outside.apiserver.routes.webhook.https',
          message:
            'port `8443` of `webhook` admits callers without identity from any address that reaches it, as `apiserver` (kube-apiserver) has none',
        },
        {
          code: 'admits-without-identity',
          severity: 'delegated',
          at: 'outside.lb.routes.frontend.http',
          message:
            'port `8080` of `frontend` admits callers without identity from `10.0.0.0/8`, as `lb` (cidr) has none',
        },
      ],
    )
  })

  it('refuses sharing that one side alone acknowledges', () => {
    const graph = shop()
    Object.assign(graph.services.webhook, { serviceAccount: 'frontend', sharesServiceAccountWith: ['frontend'] })
    const problems = validate(graph as Graph)
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['duplicate-service-account services.webhook.serviceAccount'],
    )
  })

  it('refuses one identity that speaks two protocols on a port', () => {
    const graph = shop()
    Object.assign(graph.services.webhook, { serviceAccount: 'frontend', sharesServiceAccountWith: ['frontend'] })
    graph.services.frontend.sharesServiceAccountWith = ['webhook']
    graph.services.webhook.ports.https.port = 8080
    const problems = validate(graph as Graph)
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['shared-port-protocol services.webhook.ports.https'],
    )
  })

  it('accepts sharing that both sides acknowledge', () => {
    const graph = shop()
    Object.assign(graph.services.webhook, { serviceAccount: 'frontend', sharesServiceAccountWith: ['frontend'] })
    graph.services.frontend.sharesServiceAccountWith = ['webhook']
    assert.deepEqual(validate(graph as Graph), [])
  })

  it('accepts the account `default` where each service that runs under it says that it is known, and still tells what it costs', () => {
    const graph = shop()
    const known = { serviceAccount: 'default', defaultServiceAccount: 'acknowledged' }
    Object.assign(graph.services.webhook, known)
    Object.assign(graph.services.frontend, known)
    const told = (): string[] => validate(graph as Graph).map(({ code, severity, at }) => `${severity} ${code} ${at}`)
    assert.deepEqual(told(), [
      'delegated default-service-account services.frontend.serviceAccount',
      'delegated default-service-account services.webhook.serviceAccount',
    ])
    Object.assign(graph.services.webhook, { defaultServiceAccount: undefined })
    assert.deepEqual(told(), [
      'delegated default-service-account services.frontend.serviceAccount',
      'error default-service-account services.webhook.serviceAccount',
      'error duplicate-service-account services.webhook.serviceAccount',
    ])
  })

  it('refuses to acknowledge `default` where another account is named', () => {
    const graph = shop()
    Object.assign(graph.services.webhook, { defaultServiceAccount: 'acknowledged' })
    assert.deepEqual(
      validate(graph as Graph).map(({ code, at }) => `${code} ${at}`),
      ['nothing-shared services.webhook.serviceAccount'],
    )
  })

  it('names each service of many on one account once', () => {
    const graph = shop()
    for (let i = 0; i < 6; i++) graph.services[`job${i}`] = { namespace: 'jobs', serviceAccount: 'batch', ports: {} }
    const problems = validate(graph as Graph)
    assert.deepEqual(
      problems.map(({ at }) => at),
      [1, 2, 3, 4, 5].map(i => `services.job${i}.serviceAccount`),
    )
    assert.match(problems[4]?.message ?? '', /`job0`, `job1`, `job2` and 2 more/)
  })
})
