import assert from 'node:assert/strict'
import { reach } from '../../../../core/analyze/reach'
import { parseRequest } from '../../../../core/analyze/request'
import { gotInNormalised, inWords } from '../../../support/way'
import { ambient } from './ambient-objects'
import { linkerdConfig, linkerdNamespace, server } from './linkerd/objects'
import {
  ask,
  authorization,
  inNamespace,
  judge,
  mesh,
  namespace,
  peers,
  pod,
  readAll,
  service,
  type Json,
} from './objects'

/** By requests, by sets, and by sets of those who have nothing to do with it. */
function verdicts(objects: readonly Json[]): readonly string[] {
  const { layer } = readAll([mesh(), service('shop/cart'), ...objects])
  const asked = [{}, { from: { plaintext: true } }, { http: undefined }]
  const all = reach(layer)
  return asked.flatMap(changes => {
    const { request } = parseRequest(ask(changes), 'request')
    assert.ok(request)
    return [judge(layer, ask(changes)).verdict, inWords(gotInNormalised(all, layer, request))]
  })
}

describe('a workload of which not all could be read', () => {
  const labels = { app: 'cart', version: 1 }
  const planes: Readonly<Record<string, readonly Json[]>> = {
    'behind a sidecar': [namespace('shop')],
    'behind ztunnel': [namespace('shop', ambient)],
    'behind Linkerd': [linkerdConfig(), linkerdNamespace('shop'), server('shop/cart')],
    'without a proxy': [namespace('shop', {})],
    'on a network that is closed': [
      namespace('shop'),
      inNamespace('NetworkPolicy', 'shop/none', { podSelector: {}, policyTypes: ['Ingress'] }),
    ],
  }
  // Each would let everything in, or nothing, if the Pod had no label but those that were read.
  const policies: readonly Json[] = [
    authorization('shop/none', {}),
    authorization('shop/some', { selector: { matchLabels: { version: 'v1' } }, rules: [{}] }),
    authorization('shop/no', { action: 'DENY', selector: { matchLabels: { version: 'v1' } }, rules: [{}] }),
    peers('shop/strict', { mtls: { mode: 'STRICT' } }),
  ]
  for (const [where, around] of Object.entries(planes))
    it(`may let in anything, or nothing: ${where}`, () => {
      for (const policy of policies) {
        const found = verdicts([...around, policy, pod('shop/cart', { labels })])
        assert.deepEqual([...new Set(found)], ['unknown'], JSON.stringify(policy))
      }
      const read = verdicts([...around, authorization('shop/none', {}), pod('shop/cart', { labels: { app: 'cart' } })])
      assert.ok(!read.includes('unknown'), read.join())
    })
})
