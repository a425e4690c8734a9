import { Option } from 'commander'
import { diffMarkdown, isWider, renderDiff } from '../../core/report/diff'
import { renderJson } from '../../core/report/json'
import type { Verb } from '../command'
import { compared } from '../compared'
import { baseOption } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly format: 'text' | 'json' | 'markdown'
}

const example = `
A state is a file or directory of manifests, - for standard input, or a git revision: git:main, git:main:path/in/repository.
Exits with 1 where anything is newly admitted, be it only possibly, and with 0 where reach only shrank or is the same.

Examples:
  $ npx --no ztm diff examples/bookinfo/expected/istio-sidecar examples/bookinfo/expected/istio-ambient
  $ npx --no ztm diff git:HEAD:examples/bookinfo/expected/istio-sidecar examples/bookinfo/expected/istio-sidecar`

/** `ztm diff`: what a change newly admits and newly cuts. */
export const addDiff: Verb = (program, session, choose) => {
  program
    .command('diff')
    .description('says which calls a change of manifests newly admits, and which it cuts, and the objects responsible')
    .argument('<old>', 'the manifests as they were: a file, a directory, -, or git:REVISION[:PATH]')
    .argument('<new>', 'the manifests as they are to be')
    .addOption(baseOption('what lies in the cluster in both states; the manifests override it; may be repeated'))
    .addOption(namespaceOption())
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((old: string, now: string, options: Options) => {
      choose(() => showDiff([old, now], options, session))
    })
}

async function showDiff([old, now]: readonly [string, string], options: Options, session: Session): Promise<ExitCode> {
  const { view, exitCode } = await compared([old, now], options, session)
  await session.out(
    { text: () => renderDiff(view, session.style), json: () => renderJson(view), markdown: () => diffMarkdown(view) }[
      options.format
    ](),
  )
  if (exitCode !== 0) return exitCode
  return isWider(view) ? 1 : 0
}
