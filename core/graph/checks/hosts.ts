import type { Problem } from '../../model/problem'
import { isAddress } from '../cidrs'
import { nameProblems } from '../names'
import { defect, place } from '../place'
import type { Step } from '../place'

/** What is wrong with a list of hosts; `wildcards` says whether `*.example.com` may be among them. */
export function hostProblems(
  hosts: readonly string[],
  path: readonly Step[],
  wildcards: 'exact' | 'subdomains',
): readonly Problem[] {
  if (hosts.length === 0) return [defect({ code: 'empty-hosts', at: place(...path), message: 'no hosts are declared' })]
  return hosts.flatMap((host, index) => {
    const at = place(...path, index)
    const twice = hosts.indexOf(host) < index
    if (twice) return [defect({ code: 'duplicate-host', at, message: `\`${host}\` is declared twice` })]
    return wildcards === 'subdomains' && host.startsWith('*.') ? hostProblem(host.slice(2), at) : hostProblem(host, at)
  })
}

function hostProblem(host: string, at: string): readonly Problem[] {
  if (host.includes('*')) {
    const message = `\`${host}\` leaves the host open`
    return [defect({ code: 'wildcard-host', at, message, hint: 'name each host in full' })]
  }
  if (isAddress(host)) {
    const message = `\`${host}\` is an address; hosts are DNS names`
    return [defect({ code: 'malformed-name', at, message, hint: 'name the host that stands for it' })]
  }
  return nameProblems('host', host, at)
}
