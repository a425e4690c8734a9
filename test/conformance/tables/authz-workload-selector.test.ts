import { a1, bothHttp, echo, echoes } from './echo'
import { holds } from './table'

interface Policy {
  readonly name: string
  readonly labels?: string
  readonly path: string
}

const policy = (namespace: string, { name, labels, path }: Policy) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  ${labels === undefined ? '' : `selector: { matchLabels: ${labels} }`}
  rules: [{ to: [{ operation: { paths: [${path}] } }] }]
`
const policies = [
  policy('echo1', { name: 'b', labels: '{ app: b }', path: '/policy-echo1-b' }),
  policy('echo1', { name: 'headless', labels: '{ app: headless }', path: '/policy-echo1-headless' }),
  policy('echo1', { name: 'b-bad', labels: '{ app: b, foo: bla }', path: '/policy-echo1-b-bad' }),
  policy('echo1', { name: 'all', path: '/policy-echo1-all' }),
  policy('echo2', { name: 'all', path: '/policy-echo2-all' }),
  policy('istio-system', { name: 'b', labels: '{ app: b }', path: '/policy-system-b' }),
  policy('istio-system', { name: 'headless', labels: '{ app: headless }', path: '/policy-system-headless' }),
]

/**
 * istio `tests/integration/security/authz_test.go` TestAuthz_WorkloadSelector, with `testdata/authz/workload*.yaml.tmpl`: each
 * policy opens a path of its own to the workloads it selects.
 */
describe('table: workload selectors', () => {
  const asking = (path: string) => ({ from: a1, to: 'echo1/b', http: `GET ${path}` })
  holds(
    [...echoes, ...policies],
    [
      ...bothHttp('deny', asking('/policy-echo1-b-bad')),
      ...bothHttp('allow', asking('/policy-echo1-all')),
      ...bothHttp('deny', asking('/policy-echo2-all')),
      ...bothHttp('allow', asking('/policy-echo1-b')),
      ...bothHttp('allow', asking('/policy-system-b')),
      ...bothHttp('deny', asking('/policy-echo1-headless')),
      ...bothHttp('deny', asking('/policy-system-headless')),
    ],
  )

  describe('once the label is there', () => {
    const plain = echo('echo1/b')
    const labelled = echo('echo1/b', { labels: { foo: 'bla' } })
    const relabelled = echoes.map(text => (text === plain ? labelled : text))
    holds([...relabelled, ...policies], bothHttp('allow', asking('/policy-echo1-b-bad')))
  })
})
