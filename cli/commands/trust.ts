import { Option } from 'commander'
import type { Command } from 'commander'
import { renderJson } from '../../core/report/json'
import { renderProblems } from '../../core/report/problems'
import { visible } from '../../core/report/words'
import { checkTrust } from '../../core/trust/check'
import type { Expected, Mesh } from '../../core/trust/expected'
import type { TrustView } from '../../core/trust/print'
import { printTrust, trustJson } from '../../core/trust/print'
import { readTrust } from '../../core/trust/read'
import { renewalProblems } from '../../core/trust/renewal'
import { BadInput, badInput } from '../bad-input'
import type { Action, Verb } from '../command'
import { collect } from '../command'
import { developmentTrust, pathsFor } from '../development-trust'
import { checkSecretPaths, writeSecretFiles } from '../secret-files'
import type { ExitCode, Session } from '../session'
import { horizonOf, momentOf } from '../trust-dates'
import { readTexts } from '../trust-texts'
import { addDomain } from './trust-domain'
import { addPlan } from './trust-plan'

interface CheckOptions {
  readonly issuer?: string
  readonly mesh: Mesh
  readonly at?: string
  readonly horizon: string
  readonly trustDomain?: string
  readonly format: 'text' | 'json'
}

interface InitOptions {
  readonly mesh: readonly string[]
}

const meshes: readonly Mesh[] = ['istio', 'linkerd']

const example = `
Examples:
  $ npx --no ztm trust init out/trust --mesh linkerd
  $ npx --no ztm trust check out/trust/linkerd/ca-bundle.crt --issuer out/trust/linkerd/issuer.crt --mesh linkerd`

const checkExample = `
The bundle and the issuer may be PEM files, or manifests: of Istio the Secret \`cacerts\`, of Linkerd the ConfigMap \`linkerd-identity-trust-roots\` and the
Secret \`linkerd-identity-issuer\`. Keys in them are not read.

Example:
  $ npx --no ztm trust check out/trust/linkerd/ca-bundle.crt --issuer out/trust/linkerd/issuer.crt --mesh linkerd`

const initExample = `
FOR DEVELOPMENT ONLY: the root's key lies in a file.

Example:
  $ npx --no ztm trust init out/trust --mesh linkerd`

/** `ztm trust`: whom a mesh trusts. */
export const addTrust: Verb = (program, session, choose) => {
  const trust = program
    .command('trust')
    .description('checks whom a mesh trusts, plans how to change it, and makes what a development trusts')
  trust.helpCommand(false).addHelpText('after', example)
  addCheck(trust, session, choose)
  addInit(trust, session, choose)
  addPlan(trust, session, choose)
  addDomain(trust, session, choose)
}

function addCheck(trust: Command, session: Session, choose: (action: Action) => void): void {
  trust
    .command('check')
    .description('says whether anchors, and the issuer below them, hold at a date and long enough after it')
    .argument('<bundle>', 'the anchors: PEM or manifests, or - for standard input')
    .option('--issuer <file>', 'what the control plane issues with, and its chain (default: that of the manifests)')
    .addOption(meshOption().makeOptionMandatory())
    .option('--at <date>', 'the day on which it is judged (default: today)')
    .option('--horizon <days>', 'how long all of it has to last from then on', '60d')
    .option('--trust-domain <domain>', 'whose identities are issued, where certificates constrain names')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', checkExample)
    .action((bundle: string, options: CheckOptions) => {
      choose(() => check(bundle, options, session))
    })
}

function addInit(trust: Command, session: Session, choose: (action: Action) => void): void {
  trust
    .command('init')
    .description('makes a root and an issuer for each mesh, with their keys, in a directory: for development only')
    .argument('<directory>', 'where they are written; nothing there is overwritten')
    .addOption(meshOption('for which mesh; may be repeated').argParser(collectMesh).makeOptionMandatory())
    .addHelpText('after', initExample)
    .action((directory: string, options: InitOptions) => {
      choose(() => init(directory, options, session))
    })
}

function meshOption(what = 'whose proxies have to take it'): Option {
  return new Option('--mesh <mesh>', what).choices(meshes)
}

async function check(bundle: string, options: CheckOptions, session: Session): Promise<ExitCode> {
  const { mesh, issuer, trustDomain } = options
  const expected: Expected = {
    mesh,
    at: momentOf(options.at),
    horizon: horizonOf(options.horizon),
    ...(trustDomain !== undefined && { trustDomain }),
  }
  const { texts, renewals } = await readTexts({ bundle, mesh, ...(issuer !== undefined && { issuer }) }, session)
  const { trust, problems } = await readTrust(texts)
  if (!trust) throw new BadInput(problems)
  const found = checkTrust(trust, expected)
  const all = [...found.problems, ...renewals.flatMap(one => renewalProblems(one, expected))]
  const view: TrustView = { ...found, problems: all, trust, expected }
  await session.out(options.format === 'json' ? renderJson(trustJson(view)) : textOf(view, session))
  return all.length === 0 ? 0 : 1
}

function textOf(view: TrustView, session: Session): string {
  const text = printTrust(view).split('\n').map(visible).join('\n')
  return view.problems.length === 0 ? text : `${text}\n${renderProblems(view.problems, session.style)}`
}

async function init(directory: string, options: InitOptions, session: Session): Promise<ExitCode> {
  const asked = meshes.filter(mesh => options.mesh.includes(mesh))
  const paths = pathsFor(asked).map(path => `${directory}/${path}`)
  checkSecretPaths(directory, paths)
  writeSecretFiles(directory, await developmentTrust(asked, Date.now()))
  await session.out(paths.map(path => `${path}\n`).join(''))
  const loud = session.errStyle.yellow('FOR DEVELOPMENT ONLY')
  session.err(
    `${loud}: the root's key lies in ${directory}; whoever has it is every workload of every mesh that trusts it\n`,
  )
  return 0
}

function collectMesh(value: string, before: readonly string[] | undefined): readonly string[] {
  if (meshes.some(mesh => mesh === value)) return collect(value, before)
  throw badInput('--mesh', `expected \`${meshes.join('` or `')}\`, got \`${value}\``)
}
