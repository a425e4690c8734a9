import { Option } from 'commander'
import type { Command } from 'commander'
import { renderJson } from '../../core/report/json'
import { renderProblems } from '../../core/report/problems'
import { visible } from '../../core/report/words'
import { checkTrust } from '../../core/trust/check'
import { keyPairProblems } from '../../core/trust/check-key-pair'
import { checkRevoked } from '../../core/trust/check-revoked'
import type { Expected, Mesh } from '../../core/trust/expected'
import type { TrustView } from '../../core/trust/print'
import { printTrust, trustJson } from '../../core/trust/print'
import { readTrust } from '../../core/trust/read'
import { renewalProblems } from '../../core/trust/renewal'
import { BadInput } from '../bad-input'
import type { Action } from '../command'
import { meshOption } from '../mesh-option'
import type { ExitCode, Session } from '../session'
import { horizonOf, momentOf } from '../trust-dates'
import { readTexts, type FoundTexts } from '../trust-texts'

interface CheckOptions {
  readonly issuer?: string
  readonly leaf?: string
  readonly mesh: Mesh
  readonly at?: string
  readonly horizon: string
  readonly trustDomain?: string
  readonly format: 'text' | 'json'
}

const example = `
The bundle and the issuer may be PEM files, or manifests: of Istio the Secret \`cacerts\`, of Linkerd the ConfigMap \`linkerd-identity-trust-roots\` and the
Secret \`linkerd-identity-issuer\`. Of a private key beside the issuer's certificate nothing is
told but whether it belongs to it. Of \`cacerts\` the list of what is revoked, \`ca-crl.pem\`, is looked at, too.

Example:
  $ npx --no ztm trust check out/trust/linkerd/ca-bundle.crt --issuer out/trust/linkerd/issuer.crt --mesh linkerd`

/** `ztm trust check`. */
export function addCheck(trust: Command, session: Session, choose: (action: Action) => void): void {
  trust
    .command('check')
    .description('says whether anchors, and the issuer below them, hold at a date and long enough after it')
    .argument('<bundle>', 'the anchors: PEM or manifests, or - for standard input')
    .option('--issuer <file>', 'what the control plane issues with, and its chain (default: that of the manifests)')
    .option('--leaf <file>', 'a workload’s certificate, PEM, and what the workload shows after it')
    .addOption(meshOption('whose proxies have to take it').makeOptionMandatory())
    .option('--at <date>', 'the day on which it is judged (default: today)')
    .option('--horizon <days>', 'how long all of it has to last from then on', '60d')
    .option(
      '--trust-domain <domain>',
      'whose identities are issued; asked of a workload’s certificate, and where names are constrained',
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', example)
    .action((bundle: string, options: CheckOptions) => {
      choose(() => check(bundle, options, session))
    })
}

async function check(bundle: string, options: CheckOptions, session: Session): Promise<ExitCode> {
  const { mesh, issuer, leaf, trustDomain } = options
  const expected: Expected = {
    mesh,
    at: momentOf(options.at),
    horizon: horizonOf(options.horizon),
    ...(trustDomain !== undefined && { trustDomain }),
  }
  const paths = { bundle, mesh, ...(issuer !== undefined && { issuer }), ...(leaf !== undefined && { leaf }) }
  const view = await viewOf(await readTexts(paths, session), expected)
  await session.out(options.format === 'json' ? renderJson(trustJson(view)) : textOf(view, session))
  return view.problems.length === 0 ? 0 : 1
}

/** What is found of texts. Throws BadInput where they cannot be read. */
async function viewOf(
  { texts, beside: { key, revoked }, renewals }: FoundTexts,
  expected: Expected,
): Promise<TrustView> {
  const { trust, problems } = await readTrust(texts)
  if (!trust) throw new BadInput(problems)
  const found = checkTrust(trust, expected)
  const ofKey = trust.issuer && key ? keyPairProblems(trust.issuer, key) : undefined
  const lists = revoked && (await checkRevoked(revoked, { ...found, trust, at: expected.at }))
  if (lists && lists.unreadable.length > 0) throw new BadInput(lists.unreadable)
  const ofRenewals = renewals.flatMap(one => renewalProblems(one, expected))
  return {
    ...{ ...found, trust, expected },
    problems: [...found.problems, ...(ofKey ?? []), ...(lists?.problems ?? []), ...ofRenewals],
    keyPair: ofKey === undefined ? 'not-given' : ofKey.length === 0 ? 'belongs' : 'refused',
    revoked: lists ? 'looked-at' : 'not-given',
  }
}

function textOf(view: TrustView, session: Session): string {
  const text = printTrust(view).split('\n').map(visible).join('\n')
  return view.problems.length === 0 ? text : `${text}\n${renderProblems(view.problems, session.style)}`
}
