import {
  PolicyPack,
  type Policies,
  type Policy,
  type PolicyResource,
  type PolicyResourceOptions,
  type ReportViolation,
} from '@pulumi/policy'
// The module itself: a copy of its exports, which is what any other import gives, is not what the policy server calls.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- for the reason above
import deserializer = require('@pulumi/policy/deserialize')
import { configSchemas, parseConfig } from './config'
import type { Judged } from './judged'
import { lockReader } from './lock-file'
import type { Resource } from './resource'
import type { Finding, Rule } from './rule'
import { rules } from './rules'
import { contextOf, printFinding, runRule } from './run'
import { rememberSecrets } from './secrets'
import { sharedReading, type Read } from './shared'

const unwrapped = rememberSecrets(deserializer)
const shared = sharedReading()
const readIntent = lockReader(process.cwd())

type Properties = Resource & { readonly props: unknown; readonly opts: Pick<PolicyResourceOptions, 'protect'> }

function readOf({ urn, type, name, props, opts: { protect }, sources }: Properties): Read {
  return { urn, type, name, protect, properties: unwrapped(props), ...(sources && { sources }) }
}

/** With the resources whose outputs it was given, which only the stack as a whole tells. */
function withSources(resource: PolicyResource): Properties {
  const { urn, type, name, props, opts, propertyDependencies } = resource
  const all = new Set(Object.values(propertyDependencies).flat())
  const sources = [...all].map(source => ({ type: source.type, protect: source.opts.protect }))
  return { urn, type, name, props, opts, ...(sources.length > 0 && { sources }) }
}

/** What a policy is given, whether it judges one resource or the stack. */
interface Asked {
  readonly judged: () => readonly Judged[]
  readonly getConfig: () => object
  readonly report: ReportViolation
  /** The properties of a resource as the policy server gave them, which throw where an unknown one is read. */
  readonly propsOf: (urn: string) => unknown
}

/**
 * Runs a rule and reports what it finds. Whatever goes wrong on the way is reported too: an exception would reach the
 * policy server, which takes one about an unknown value for a mere advice.
 */
function judge(rule: Rule, asked: Asked): void {
  const pending = findAll(rule, asked)
  if (pending.length > 0) tellPending(pending, asked)
}

/** Those that can be judged only later, which are not reported; all others are. */
function findAll(rule: Rule, { judged, getConfig, report }: Asked): readonly Finding[] {
  try {
    const { config, problems } = parseConfig({ ...getConfig() }, rule.config)
    for (const problem of problems) report(`the pack's configuration: ${problem}`)
    const intent = readIntent(config.lock)
    const found = runRule(rule, contextOf(judged(), { config, intent }))
    for (const finding of found.filter(({ pending }) => pending === undefined)) {
      report(printFinding(finding), finding.at || undefined)
    }
    return found.filter(({ pending }) => pending !== undefined)
  } catch (error) {
    report(`could not be judged: the rule failed (${error instanceof Error ? error.name : 'error'})`)
    return []
  }
}

/**
 * Says what is to be judged once it is known, as an advice, whatever the level of the rule: that is how the policy server tells of an unknown value that was
 * read (`@pulumi/policy/server`, makeAnalyzeStackRpcFun), and what the rule reported before stands. A pack has no other way to say so, nor to make such an error.
 */
function tellPending(pending: readonly Finding[], { propsOf, report }: Asked): void {
  const text = [...pending.map(printFinding), ...new Set(pending.map(one => one.pending))].join('\n')
  try {
    for (const { at } of pending) JSON.stringify(propsOf(at))
  } catch (error) {
    if (error instanceof Error) error.message = `pending: ${text}`
    throw error
  }
  report(text)
}

/** Kubernetes is all that rules of a stack look at; the rest need not be read. */
function isKubernetes({ type }: Resource): boolean {
  return type.startsWith('kubernetes:')
}

/**
 * By URN: the engine hands a stack's resources over in any order, another one each time (pulumi/pulumi
 * `pkg/resource/deploy/step_generator.go`, `AnalyzeResources`), and what is said once is said of the first.
 */
function inOrder(resources: readonly Properties[]): readonly Properties[] {
  return [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1))
}

function configSchemaOf({ config }: Rule): NonNullable<Policy['configSchema']> {
  // JSON Schema is what they are; a copy, because the SDK's type wants lists that may be changed.
  type Schema = NonNullable<Policy['configSchema']>['properties'][string]
  return { properties: Object.fromEntries(config.map(key => [key, structuredClone(configSchemas[key]) as Schema])) }
}

function policyOf(rule: Rule): Policies[number] {
  const policy: Policy = {
    name: rule.id,
    description: rule.why,
    severity: rule.severity,
    remediationSteps: rule.fix,
    tags: [...rule.controls],
    url: `docs/rules/${rule.id}.md`,
    configSchema: configSchemaOf(rule),
  }
  if (rule.scope === 'object') {
    return {
      ...policy,
      validateResource: (resource, report) =>
        judge(rule, {
          judged: () => shared.of(readOf(resource)),
          getConfig: () => resource.getConfig(),
          report,
          propsOf: () => resource.props,
        }),
    }
  }
  return {
    ...policy,
    validateStack: (stack, report) =>
      judge(rule, {
        judged: () => shared.all(inOrder(stack.resources.filter(isKubernetes).map(withSources)).map(readOf)),
        getConfig: () => stack.getConfig(),
        report,
        propsOf: urn => stack.resources.find(resource => resource.urn === urn)?.props,
      }),
  }
}

new PolicyPack('zero-trust', { enforcementLevel: 'mandatory', policies: rules.map(policyOf) })
