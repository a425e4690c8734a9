import { authorizationPolicy, cartPolicy, configMap } from '../example-objects'
import { actionOf, authorizationPolicies } from '../facts/policies'
import { conditionsOf, keyOf, operationsOf, rulesOf } from '../facts/rules-of-policies'
import { at, finding, items, judgeEach, required, type Field } from '../field'
import { unknownSetting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const noAdmin = authorizationPolicy('no-admin', {
  action: 'DENY',
  rules: [{ to: [{ operation: { ports: ['8080'], paths: ['/admin*'] } }] }],
})

/** The one setting under which `//admin` and `/%2Fadmin` are `/admin` (istio pilot/pkg/networking/core/listener_builder.go). */
const strictest = 'DECODE_AND_MERGE_SLASHES'

/**
 * No DENY policy names the paths it means, unless the mesh reads all spellings of a path alike. What it does not take for
 * the path, such as `//admin`, is let through to a service that may take it for just that.
 */
export const noPositivePathDeny = rule({
  id: 'no-positive-path-deny',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/SC-7(5)',
    'nist-800-53/CM-6',
    'pci-dss/7.3.3',
    'soc-2/CC6.6',
    'iso-27001/A.8.3',
  ],
  why: 'a path has many spellings, and a DENY policy that names one of them lets the others through',
  fix: 'name the paths that are allowed in an ALLOW policy, deny with `notPaths`, or set `meshConfig.pathNormalization.normalization` to `DECODE_AND_MERGE_SLASHES`',
  limits:
    'spellings that only the service takes for the same, such as capital letters or another encoding, are not seen under any setting',
  config: ['mesh'],
  examples: {
    pass: [
      { title: 'an ALLOW policy names the paths', objects: [cartPolicy] },
      {
        title: 'everything but some paths is denied',
        objects: [
          authorizationPolicy('only-public', {
            action: 'DENY',
            rules: [{ to: [{ operation: { ports: ['8080'], notPaths: ['/public/*'] } }] }],
          }),
        ],
      },
      {
        title: 'the mesh reads all spellings alike',
        objects: [
          noAdmin,
          configMap('istio', { mesh: 'pathNormalization: { normalization: DECODE_AND_MERGE_SLASHES }' }),
        ],
      },
    ],
    fail: [
      { title: 'what the mesh reads alike is not known', objects: [noAdmin] },
      {
        title: 'the mesh keeps `//` as it is',
        objects: [noAdmin],
        config: { mesh: { pathNormalization: 'BASE' } },
      },
      {
        title: 'the path as a header has its query with it',
        objects: [
          authorizationPolicy('no-admin', {
            action: 'DENY',
            rules: [
              {
                to: [{ operation: { ports: ['8080'] } }],
                when: [{ key: 'request.headers[:path]', values: ['/admin'] }],
              },
            ],
          }),
        ],
        config: { mesh: { pathNormalization: strictest } },
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), policy => judge(policy, context)),
})

function judge(policy: Field, context: Context): readonly Finding[] {
  if (actionOf(policy) !== 'DENY') return []
  const rules = rulesOf(policy)
  const paths = rules.flatMap(operationsOf).map(operation => at(operation, 'paths'))
  const headers = rules.flatMap(conditionsOf).filter(isPath)
  return [
    ...paths.flatMap(list => bypassed(list, context)),
    ...headers.flatMap(condition => withQuery(at(condition, 'values'), context)),
  ]
}

function isPath(condition: Field): boolean {
  return keyOf(condition).toLowerCase() === 'request.headers[:path]'
}

/** The header has the query in it, which only a star at the end takes along. */
function withQuery(values: Field, context: Context): readonly Finding[] {
  return items(values).every(value => required(value).endsWith('*'))
    ? bypassed(values, context)
    : [finding(values, 'compares the path together with its query, so that any query lets it through')]
}

/** Nothing gets past a list that is empty, and so not asked for, or that has every path in it. */
function bypassed(paths: Field, { mesh }: Context): readonly Finding[] {
  const named = items(paths).map(required)
  if (named.length === 0 || named.includes('*')) return []
  const setting = mesh('pathNormalization')
  if (setting.kind === 'unknown') return unknownSetting(setting, paths)
  return setting.value === strictest
    ? []
    : [finding(paths, `denies one spelling of a path; under \`${setting.value}\` others, such as \`//\`, get through`)]
}
