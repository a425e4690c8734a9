import { app, mesh, namespace } from './objects'
import { holds, type Row } from './table'

const book = (name: string) => app(`default/${name}`, { http: [9080, 9080] }, { serviceAccount: `bookinfo-${name}` })
const objects = [mesh(), namespace('default'), ...['productpage', 'details', 'reviews', 'ratings'].map(book)]

const allowNothing = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: allow-nothing, namespace: default }
spec: {}
`
const viewer = (callee: string, caller?: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${callee}-viewer, namespace: default }
spec:
  selector: { matchLabels: { app: ${callee} } }
  action: ALLOW
  rules:
    - to: [{ operation: { methods: [GET] } }]
      ${caller === undefined ? '' : `from: [{ source: { principals: [${caller}] } }]`}
`
const gateway = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'
const productpage = 'cluster.local/ns/default/sa/bookinfo-productpage'
const reviews = 'cluster.local/ns/default/sa/bookinfo-reviews'

/** Which of the calls that make up a product page get through. */
const page = (...verdicts: readonly Row[0][]): readonly Row[] => {
  const calls = [
    { from: gateway, to: 'default/productpage', http: 'GET /productpage' },
    { from: productpage, to: 'default/details', http: 'GET /details/0' },
    { from: productpage, to: 'default/reviews', http: 'GET /reviews/0' },
    { from: reviews, to: 'default/ratings', http: 'GET /ratings/0' },
  ]
  return calls.map((call, i) => [verdicts[i] ?? 'deny', { ...call, port: 9080 }])
}

/** istio.io `content/en/docs/tasks/security/authorization/authz-http/index.md`: what the product page shows after each step. */
describe('table: the page on HTTP traffic', () => {
  const steps: readonly (readonly [string, string, readonly Row[]])[] = [
    ['an ALLOW of nothing', allowNothing, page('deny', 'deny', 'deny', 'deny')],
    ['productpage for everybody', viewer('productpage'), page('allow', 'deny', 'deny', 'deny')],
    ['details for productpage', viewer('details', productpage), page('allow', 'allow', 'deny', 'deny')],
    ['reviews for productpage', viewer('reviews', productpage), page('allow', 'allow', 'allow', 'deny')],
    ['ratings for reviews', viewer('ratings', reviews), page('allow', 'allow', 'allow', 'allow')],
  ]
  steps.forEach(([title, , rows], i) => {
    describe(title, () => {
      holds([...objects, ...steps.slice(0, i + 1).map(([, policy]) => policy)], rows)
    })
  })
})
