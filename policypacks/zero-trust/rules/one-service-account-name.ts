import { deployment } from '../example-objects'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, judgeEach, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * A Pod that names its ServiceAccount by the deprecated `serviceAccount` too, names the same one there. An API server takes `serviceAccountName`, and the other only
 * where that is empty (kubernetes pkg/apis/core/v1/conversion.go Convert_v1_PodSpec_To_core_PodSpec).
 */
export const oneServiceAccountName = rule({
  id: 'one-service-account-name',
  severity: 'low',
  scope: 'object',
  controls: ['nist-800-53/IA-9', 'nist-800-53/CM-6', 'nist-800-207/tenet-6', 'iso-27001/A.5.16', 'iso-27001/A.8.9'],
  why: 'who reads the deprecated `serviceAccount` takes the Pod for another identity than it has, since `serviceAccountName` silently wins',
  fix: 'take `serviceAccount` away and name the account in `serviceAccountName` alone',
  limits: 'what a chart brings is not seen',
  config: [],
  examples: {
    pass: [
      { title: 'it is named once', objects: [deployment('cart')] },
      {
        title: 'it is named twice alike, as an API server writes it',
        objects: [deployment('cart', { pod: { serviceAccount: 'cart' } })],
      },
      {
        title: 'the deprecated field alone, which then counts',
        objects: [deployment('cart', { pod: { serviceAccountName: '', serviceAccount: 'cart' } })],
      },
    ],
    fail: [
      {
        title: 'two names, of which the deprecated one counts for nothing',
        objects: [deployment('cart', { pod: { serviceAccount: 'admin' } })],
      },
    ],
  },
  check: context => judgeEach(workloads(context), judge),
})

function judge(workload: Field): readonly Finding[] {
  const spec = at(podOf(workload), 'spec')
  const alias = at(spec, 'serviceAccount')
  const said = text(alias) ?? ''
  if (said === '') return []
  const name = text(at(spec, 'serviceAccountName')) ?? ''
  return name === '' || name === said
    ? []
    : [finding(alias, 'is another ServiceAccount than `serviceAccountName`, which is the one that counts')]
}
