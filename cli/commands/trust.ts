import type { Command } from 'commander'
import { badInput } from '../bad-input'
import type { Action, Verb } from '../command'
import { collect } from '../command'
import { developmentTrust, pathsFor } from '../development-trust'
import { meshes, meshOption } from '../mesh-option'
import { checkSecretPaths, writeSecretFiles } from '../secret-files'
import type { ExitCode, Session } from '../session'
import { addCheck } from './trust-check'
import { addDomain } from './trust-domain'
import { addPlan } from './trust-plan'

interface InitOptions {
  readonly mesh: readonly string[]
}

const example = `
Examples:
  $ npx --no ztm trust init out/trust --mesh linkerd
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
