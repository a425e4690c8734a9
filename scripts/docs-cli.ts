/** What is generated in the pages of the command line: the list of verbs, and in each verb's page its help. */
import { run } from '../cli/run'
import { verbs } from '../cli/verbs'
import { plain } from '../core/report/style'

type Read = (path: string) => string | undefined

const index = 'docs/cli.md'

/** The pages of the command line as they should be: path from the root of the repository → content. */
export async function cliPages(read: Read): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([[index, fill(read(index) ?? '', 'verbs', verbTable())]])
  for (const { name } of verbs) {
    const page = read(pageOf(name))
    if (page !== undefined) pages.set(pageOf(name), await withHelps(page, name))
  }
  return pages
}

/** A page with the help of its verb, and of those parts of the verb that it has a place for: `help: trust check`. */
async function withHelps(page: string, verb: string): Promise<string> {
  const marks = [...page.matchAll(/^<!-- help: ([a-z ]+) -->$/gm)].map(([, words = '']) => words)
  let filled = page
  for (const words of marks.filter(mark => mark.split(' ')[0] === verb))
    filled = fill(filled, `help: ${words}`, fenced(await help([...words.split(' '), '--help'])))
  return filled
}

/** What is wrong with the pages that no generating can mend: a verb without one, a page without a place for the help. */
export function missingPages(read: Read): readonly string[] {
  return verbs.flatMap(({ name }) => {
    const page = read(pageOf(name))
    if (page === undefined) return [`${pageOf(name)}: \`ztm ${name}\` has no page; write it`]
    if (fill(page, `help: ${name}`, '') !== page || page.includes(block(`help: ${name}`, ''))) return []
    return [`${pageOf(name)}: no place for the help; add ${start(`help: ${name}`)} and <!-- /help -->`]
  })
}

function pageOf(verb: string): string {
  return `docs/cli/${verb}.md`
}

function verbTable(): string {
  const rows = verbs.map(({ name, asks }) => `| [\`${name}\`](cli/${name}.md) | ${asks} |`)
  return ['| verb | question |', '|---|---|', ...rows].join('\n')
}

/** The page with `text` between its two marks; unchanged where it has none. */
function fill(page: string, name: string, text: string): string {
  const from = page.indexOf(start(name))
  const to = page.indexOf(end(name), from)
  if (from < 0 || to < from) return page
  return page.slice(0, from) + block(name, text) + page.slice(to + end(name).length)
}

function block(name: string, text: string): string {
  return [start(name), ...(text === '' ? [] : [text]), end(name)].join('\n')
}

const start = (name: string): string => `<!-- ${name} -->`
const end = (name: string): string => `<!-- /${name.replace(/:.*/, '')} -->`
const fenced = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``

/** What the program prints of itself, as it does where nobody looks. */
async function help(argv: readonly string[]): Promise<string> {
  let text = ''
  await run(argv, {
    stdin: process.stdin,
    out: written => {
      text += written
      return Promise.resolve()
    },
    err: () => undefined,
    note: () => undefined,
    style: plain,
    errStyle: plain,
    progress: { step: () => undefined, clear: () => undefined },
    width: 80,
  })
  return text
}
