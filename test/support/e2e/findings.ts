import type { Project } from './project'

/** What a rule of the policy pack says of a resource. */
export interface Said {
  readonly urn: string
  readonly rule: string
  readonly level: string
  readonly message: string
}

/** What the pack says in a preview of the real engine, default providers left out, and how that ended. */
export async function engineFindings(
  project: Project,
  ...args: readonly string[]
): Promise<{ readonly code: number | undefined; readonly said: string; readonly findings: readonly Said[] }> {
  const { events, ...ended } = await project.told('preview', ...args)
  const findings = events.flatMap(({ policyEvent }) => {
    if (!policyEvent) return []
    const { resourceUrn: urn, policyName: rule, enforcementLevel: level, message } = policyEvent
    return [{ urn, rule, level, message: withoutColours(message) }]
  })
  return { ...ended, findings: inOrder(findings) }
}

/** What the embedded preview says. */
export async function embeddedFindings(project: Project): Promise<readonly Said[]> {
  const { code, said } = await project.built('preview', '--stack', project.stack, '--format', 'json')
  const start = said.search(/^\{$/mu)
  if (start < 0 || code === 2) throw new Error(said)
  const { policies } = JSON.parse(said.slice(start, said.search(/^\}$/mu) + 1)) as { policies: { findings: Said[] } }
  return inOrder(policies.findings.map(({ urn, rule, level, message }) => ({ urn, rule, level, message })))
}

/** The engine tells them in the order in which they come. */
function inOrder(findings: readonly Said[]): readonly Said[] {
  const key = ({ urn, rule, level, message }: Said) => [urn, rule, level, message].join('\n')
  return findings.filter(({ urn }) => !/::default(_[\w-]+)?$/u.test(urn)).sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function withoutColours(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/gu, '').trim()
}
