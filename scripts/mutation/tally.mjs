import { mkdirSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { drawn, settings } from './settings.mjs'

const noticed = ['Killed', 'Timeout']
const unnoticed = ['Survived', 'NoCoverage']
const file = 'out/mutation.txt'

/** Counts the mutants of the sample, and lists those that no test noticed. A mutant that no test comes past counts as one that survived. */
export class Tally {
  #judged = 0

  onMutantTested(mutant) {
    if (!drawn(mutant)) return
    this.#judged++
    if (isUnnoticed(mutant)) console.log(`${this.#judged}: ${toldShortly(mutant)}`)
  }

  onMutationTestReportReady({ files }) {
    const mutants = Object.entries(files).flatMap(([path, { source, mutants }]) =>
      mutants.filter(drawn).map(mutant => ({ ...mutant, path, source })),
    )
    const text = [...survivors(mutants), '', ...figures(mutants)].join('\n')
    mkdirSync('out', { recursive: true })
    writeFileSync(file, `${text}\n`)
    console.log(`${[...figures(mutants)].join('\n')}\n\nthe survivors are in ${file}`)
  }
}

function* survivors(mutants) {
  for (const { path, source, location, mutatorName, replacement, status } of mutants.filter(isUnnoticed)) {
    const { start } = location
    yield `${path}:${start.line}:${start.column} ${mutatorName} ${status}`
    yield `  - ${source.split('\n')[start.line - 1].trim()}`
    yield `  + ${oneLine(textAt(source, location))} => ${oneLine(replacement ?? '')}`
  }
}

function* figures(mutants) {
  yield `every ${settings.sample}th mutant, from ${settings.from} on, of ${settings.paths.join(', ')}, by ${settings.tests.length} files of tests`
  yield* groups(mutants).map(([name, ofGroup]) => `${name}: ${figure(ofGroup)}`)
  for (const path of settings.paths) {
    const ofPath = mutants.filter(mutant => mutant.path.startsWith(path))
    yield `${path}: ${figure(ofPath)}; without texts ${figure(ofPath.filter(isNoText))}`
  }
}

/** While it runs, for who waits. */
function toldShortly({ fileName, location, mutatorName, replacement }) {
  return `${relative(process.cwd(), fileName)}:${location.start.line}:${location.start.column} ${mutatorName} ${oneLine(replacement)}`
}

/** By folder. */
function groups(mutants) {
  const folders = [...new Set(mutants.map(folderOf))].sort()
  return folders.map(folder => [folder, mutants.filter(mutant => folderOf(mutant) === folder)])
}

function folderOf({ path }) {
  return path.split('/').slice(0, -1).join('/')
}

function figure(mutants) {
  const dead = mutants.filter(({ status }) => noticed.includes(status)).length
  const alive = mutants.filter(isUnnoticed).length
  const rest = mutants.length - dead - alive
  const share = dead + alive === 0 ? '-' : ((100 * dead) / (dead + alive)).toFixed(1)
  return `${share} % (${dead} of ${dead + alive}${rest > 0 ? `, ${rest} without an answer` : ''})`
}

function isUnnoticed({ status }) {
  return unnoticed.includes(status)
}

/** Texts are mostly the words of messages, which tests need not repeat. */
function isNoText({ mutatorName }) {
  return mutatorName !== 'StringLiteral'
}

function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1)
  lines[0] = lines[0].slice(start.column - 1)
  return lines.join('\n')
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ').slice(0, 160)
}
