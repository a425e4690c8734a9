import { createColors } from 'picocolors'
import { renderProblems } from '../core/report/problems'
import { plain, type Style } from '../core/report/style'
import type { Problem } from '../core/model/problem'
import { readConfig } from './config'
import type * as judging from './judge'
import type { Format, Options } from './options'
import { parseOptions } from './options'
import { launch } from './pack-process'
import { progressOn } from './progress'
import { readProject } from './project'
import type * as reporting from './report'
import { Refusal } from './refusal'

/** 0: clean; 1: refused; 2: bad input. */
export type ExitCode = 0 | 1 | 2

type Judge = typeof judging
type Reports = typeof reporting

/**
 * Makes a preview as `argv` asks, and returns the exit code. May be called once a process: the SDK's state belongs to it.
 */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  const out = (text: string): void => void process.stdout.write(text)
  const err = (text: string): void => void process.stderr.write(text)
  let format: Format = 'text'
  try {
    const options = parseOptions(argv, { out, err })
    if (typeof options === 'number') return options
    format = options.format
    const { text, exitCode } = await preview(options)
    out(text)
    return exitCode
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (format === 'json') out(refusalDocument(error.problems))
    if (error.said.trim() !== '') err(`${error.said.trimEnd()}\n\n`)
    err(renderProblems(error.problems, styleFor(process.stderr)))
    return 2
  }
}

async function preview(options: Options): Promise<{ readonly text: string; readonly exitCode: ExitCode }> {
  const progress = progressOn(process.stderr)
  const project = readProject(options.directory)
  const config = readConfig(project, options.stack)
  const pack = launch(options.pack, { project: project.name, stack: options.stack, config: config.values })
  try {
    // Loaded only now, while the pack starts: the SDKs take longer than all the rest.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() here is the ES loader's, which knows no TypeScript
    const { judge } = require('./judge') as Judge
    const result = await judge({ project, config, options, process: pack, progress })
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
    const { render, reasons } = require('./report') as Reports
    const text = render(result, options.format, styleFor(process.stdout))
    return { text, exitCode: reasons(result).length === 0 ? 0 : 1 }
  } finally {
    progress.clear()
    pack.kill()
  }
}

function refusalDocument(problems: readonly Problem[]): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
  return (require('./report') as Reports).renderRefusal(problems)
}

/** Colours on a terminal that knows them, unless `NO_COLOR` is set (https://no-color.org). */
function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const { NO_COLOR = '', TERM } = process.env
  return stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb' ? createColors(true) : plain
}
