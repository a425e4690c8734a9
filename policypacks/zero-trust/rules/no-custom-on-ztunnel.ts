import { ambientShop } from '../example-ambient'
import { annotated, authorizationPolicy, cartPolicy, namespace } from '../example-objects'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { onZtunnel } from '../facts/ztunnel-targets'
import { at, finding, judgeEach } from '../field'
import { rule, type Context, type Finding } from '../rule'

const custom = { action: 'CUSTOM', provider: { name: 'opa' }, rules: [{ to: [{ operation: { ports: ['7070'] } }] }] }

/**
 * No policy for Pods of the ambient mesh leaves the verdict to somebody else, or only watches: CUSTOM, AUDIT and policies
 * in shadow mode never reach ztunnel, which decides as if they were not there (istio
 * pilot/pkg/serviceregistry/ambient/authorization.go convertAuthorizationPolicy). At stage `strict` shadows are expected.
 */
export const noCustomOnZtunnel = rule({
  id: 'no-custom-on-ztunnel',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-24',
    'nist-800-53/AU-12',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
  ],
  why: 'an external authorizer, an audit or a shadow that the policy asks for is silently left out, and calls get through that it would have seen',
  fix: 'attach the policy by `targetRefs` to a Service behind a waypoint, or to the waypoint itself; take `istio.io/dry-run` away',
  limits:
    'istiod can be told to send shadows to ztunnel (`AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY`); they count as left out all the same, because they decide nothing',
  config: ['exempt', 'mesh', 'stages', 'lock'],
  examples: {
    pass: [
      {
        title: 'the authorizer is asked by the waypoint',
        objects: [
          ambientShop,
          authorizationPolicy('ask', { ...custom, targetRefs: [{ kind: 'Service', group: '', name: 'cart' }] }),
        ],
      },
      { title: 'a sidecar asks it', objects: [namespace('shop'), authorizationPolicy('ask', custom)] },
      {
        title: 'a shadow, at the stage of shadows',
        objects: [ambientShop, annotated(cartPolicy, { 'istio.io/dry-run': 'true' })],
        config: { stages: { shop: 'strict' } },
      },
    ],
    fail: [
      { title: 'nobody asks the authorizer', objects: [ambientShop, authorizationPolicy('ask', custom)] },
      {
        title: 'nothing is audited',
        objects: [ambientShop, authorizationPolicy('watch', { action: 'AUDIT', rules: [{}] })],
      },
      {
        title: 'an ALLOW in shadow mode, which admits nobody and shows nothing',
        objects: [ambientShop, annotated(cartPolicy, { 'istio.io/dry-run': 'true' })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const enforced = onZtunnel(context)
  return judgeEach(authorizationPolicies(context), field => {
    const policy = readAuthorization(field)
    return enforced(policy, leftOut(policy, context))
  })
}

function leftOut({ field, namespace, action, dryRun }: AuthorizationFact, { config }: Context): readonly Finding[] {
  if (action === 'CUSTOM' || action === 'AUDIT')
    return [finding(at(field, 'spec', 'action'), `is \`${action}\`, of which ztunnel is not told`)]
  if (!dryRun || config.stages[namespace] === 'strict') return []
  return [finding(at(field, 'metadata', 'annotations', 'istio.io/dry-run'), 'keeps the policy from ztunnel altogether')]
}
