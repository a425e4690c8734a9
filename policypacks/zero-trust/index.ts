import { PolicyPack, type Policies, type Policy, type ReportViolation } from '@pulumi/policy'
// The module itself: a copy of its exports, which is what any other import gives, is not what the policy server calls.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- for the reason above
import deserializer = require('@pulumi/policy/deserialize')
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { configSchemas, parseConfig } from './config'
import type { Judged } from './judged'
import { noLock, parseLock, type IntentSource } from './lock'
import { judgedResource, type Resource } from './resource'
import type { Rule } from './rule'
import { rules } from './rules'
import { contextOf, printFinding, runRule } from './run'
import { rememberSecrets } from './secrets'

const unwrapped = rememberSecrets(deserializer)

type Properties = Resource & { readonly props: unknown }

function judgedOf(resource: Properties): readonly Judged[] {
  return judgedResource(resource, unwrapped(resource.props))
}

/** What a policy is given, whether it judges one resource or the stack. */
interface Asked {
  readonly judged: () => readonly Judged[]
  readonly getConfig: () => object
  readonly report: ReportViolation
}

/**
 * Runs a rule and reports what it finds. Whatever goes wrong on the way is reported too: an exception would reach the
 * policy server, which takes one about an unknown value for a mere advice.
 */
function judge(rule: Rule, { judged, getConfig, report }: Asked): void {
  try {
    const { config, problems } = parseConfig({ ...getConfig() }, rule.config)
    for (const problem of problems) report(`the pack's configuration: ${problem}`)
    const intent = readIntent(config.lock)
    for (const finding of runRule(rule, contextOf(judged(), { config, intent }))) {
      report(printFinding(finding), finding.at || undefined)
    }
  } catch (error) {
    report(`could not be judged: the rule failed (${error instanceof Error ? error.name : 'error'})`)
  }
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
        judge(rule, { judged: () => judgedOf(resource), getConfig: () => resource.getConfig(), report }),
    }
  }
  return {
    ...policy,
    validateStack: (stack, report) =>
      judge(rule, {
        judged: () => inOrder(stack.resources.filter(isKubernetes)).flatMap(judgedOf),
        getConfig: () => stack.getConfig(),
        report,
      }),
  }
}

/** Above this many folders nobody keeps a lock; the root of the file system ends the search anyway. */
const farthest = 32

/**
 * Reads the reviewed intent. A relative path is looked for in the pack's folder and in those above, so that a pack that
 * is installed as a package finds the lock at the root of the project that uses it.
 */
function readIntent(path: string | undefined): IntentSource {
  if (path === undefined || path === '') return noLock
  const file = isAbsolute(path) ? path : above(process.cwd(), path, farthest)
  const text = file === undefined ? undefined : contentOf(file)
  if (text === undefined) return { kind: 'missing', why: `there is no file \`${path}\` that can be read` }
  return parseLock(text, path, intent => `sha256:${createHash('sha256').update(intent).digest('hex')}`)
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function above(folder: string, path: string, steps: number): string | undefined {
  const file = join(folder, path)
  if (existsSync(file)) return file
  const parent = dirname(folder)
  return parent === folder || steps === 0 ? undefined : above(parent, path, steps - 1)
}

new PolicyPack('zero-trust', { enforcementLevel: 'mandatory', policies: rules.map(policyOf) })
