import { deployment } from '../example-objects'
import { governedBy } from '../facts/declared'
import { readWorkload, isMadeBy, serviceAccountOf, workloads, type WorkloadFact } from '../facts/workloads'
import { finding, gather, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

interface Account {
  readonly workload: WorkloadFact
  readonly account: string | undefined
  readonly service: string
}

/**
 * Every service runs under a ServiceAccount of its own, never `default`: the account is all of its identity
 * (`spiffe://<trust domain>/ns/<namespace>/sa/<service account>`). Workloads of one service, such as its versions, may
 * share.
 */
export const dedicatedServiceAccount = rule({
  id: 'dedicated-service-account',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-9',
    'nist-800-53/AC-6',
    'nist-800-53/SC-39',
    'nist-800-207/tenet-6',
    'cis-kubernetes/5.1.5',
    'cis-eks/4.1.5',
    'cis-eks/5.2.1',
    'pci-dss/7.2.5',
    'pci-dss/8.6',
    'iso-27001/A.5.16',
  ],
  why: 'services on one ServiceAccount are one identity: what one of them may call, all of them may',
  fix: 'give each service its own ServiceAccount and name it in `serviceAccountName`; name an account that is meant to be shared in `shared`',
  config: ['exempt', 'shared', 'lock'],
  examples: {
    pass: [
      { title: 'two services, two accounts', objects: [deployment('cart'), deployment('frontend')] },
      {
        title: 'two versions of one service',
        objects: [
          deployment('cart-v1', { labels: { app: 'cart', version: 'v1' }, pod: { serviceAccountName: 'cart' } }),
          deployment('cart-v2', { labels: { app: 'cart', version: 'v2' }, pod: { serviceAccountName: 'cart' } }),
        ],
      },
    ],
    fail: [
      {
        title: 'none is named, so that it is `default`',
        objects: [deployment('cart', { pod: { serviceAccountName: null } })],
      },
      { title: 'it is `default`', objects: [deployment('cart', { pod: { serviceAccountName: 'default' } })] },
      {
        title: 'two services share one',
        objects: [deployment('cart'), deployment('frontend', { pod: { serviceAccountName: 'cart' } })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const all = workloads(context)
  const { facts, findings } = gather(all, field => (isMadeBy(field, all) ? [] : [accountOf(field, context)]))
  const mine = facts.flat().filter(({ workload }) => !context.config.exempt.includes(workload.namespace))
  return [...findings, ...mine.flatMap(account => judge(account, mine, context))]
}

function accountOf(field: Field, context: Context): Account {
  const workload = readWorkload(field)
  return { workload, account: serviceAccountOf(field), service: serviceOf(workload, context) }
}

/** The service a workload belongs to: the intent's, else Istio's canonical name (istio pkg/kube/labels/labels.go). */
function serviceOf({ namespace, labels, field }: WorkloadFact, { intent }: Context): string {
  const governed = intent.kind === 'found' ? governedBy(intent.intent, namespace, undefined) : []
  const own = governed.find(service => Object.entries(service.labels).every(([key, value]) => labels[key] === value))
  return (
    own?.service ??
    labels['service.istio.io/canonical-name'] ??
    labels['app.kubernetes.io/name'] ??
    labels.app ??
    field.of.label
  )
}

function judge(
  { workload, account, service }: Account,
  all: readonly Account[],
  { config, intent }: Context,
): readonly Finding[] {
  const { field, namespace } = workload
  if (account === undefined || account === '' || account === 'default') {
    return [finding(field, 'runs under the ServiceAccount `default`, as anything else in its namespace may')]
  }
  if (config.shared.includes(`${namespace}/${account}`)) return []
  const others = all.filter(
    other => other.workload.namespace === namespace && other.account === account && other.service !== service,
  )
  const acknowledged =
    intent.kind === 'found'
      ? governedBy(intent.intent, namespace, undefined).filter(({ serviceAccount }) => serviceAccount === account)
      : []
  const strangers = others.filter(
    other => ![service, other.service].every(name => acknowledged.some(known => known.service === name)),
  )
  const [first] = strangers
  return first
    ? [finding(field, `shares its ServiceAccount with ${first.workload.field.of.label}, which is another service`)]
    : []
}
