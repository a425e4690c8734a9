import { gather } from '../../field'
import type { Context } from '../../rule'
import { charts, isLinkerdChart } from '../charts'

/**
 * Whether anything of a stack is Linkerd's, so that a namespace of which nobody says on which mesh it is may be on it. A chart that does not tell what it is may be
 * Linkerd's too.
 */
export function speaksOfLinkerd(context: Context): boolean {
  if (context.objects.some(({ of }) => of.apiVersion.startsWith('policy.linkerd.io/'))) return true
  const kind = context.mesh('kind')
  if (kind.kind === 'known' && (kind.value === 'linkerd' || kind.value === 'hybrid')) return true
  const { facts, findings } = gather(charts(context), isLinkerdChart)
  return facts.includes(true) || findings.length > 0
}
