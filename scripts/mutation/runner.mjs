import { INSTRUMENTER_CONSTANTS as names } from '@stryker-mutator/api/core'
import { determineHitLimitReached, DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner'
import { requires } from './load.mjs'
import { runFile } from './run-file.mjs'
import { drawn, settings } from './settings.mjs'

/** What no program that is mutated is imported by (test/architecture), and takes long to get going: it stays from one mutant to the next. */
const kept = ['core/model', 'core/graph']

/**
 * Runs tests against mutants, in one process. To Stryker a test is a file of tests: a mutant is seen by the files that came past it, be it while they were
 * loaded, and is judged by all of each. A test alone would not do, since what one test has had computed the next one finds remembered.
 */
export class FileRunner {
  #space = (globalThis[names.NAMESPACE] ??= {})
  #fresh = requires(process.cwd(), kept.some(isMutated) ? [] : kept)

  capabilities() {
    return { reloadEnvironment: true }
  }

  /** The quick files come first in what each mutant is seen by. */
  async dryRun() {
    const tests = []
    for (const file of settings.tests) {
      this.#space[names.CURRENT_TEST_ID] = file
      const start = performance.now()
      const failure = await runFile(this.#fresh(), file)
      const timeSpentMs = performance.now() - start
      const judged = failure === undefined ? { status: TestStatus.Success } : failed(failure)
      tests.push({ id: file, name: file, fileName: file, timeSpentMs, ...judged })
    }
    this.#space[names.CURRENT_TEST_ID] = undefined
    const { perTest } = this.#space[names.MUTATION_COVERAGE_OBJECT] ?? { perTest: {} }
    const quickFirst = tests.toSorted((a, b) => a.timeSpentMs - b.timeSpentMs)
    const ordered = quickFirst.flatMap(({ id }) => (perTest[id] ? [[id, perTest[id]]] : []))
    return {
      status: DryRunStatus.Complete,
      tests,
      mutantCoverage: { static: {}, perTest: Object.fromEntries(ordered) },
    }
  }

  async mutantRun({ activeMutant, testFilter = settings.tests, hitLimit }) {
    if (!drawn(activeMutant)) return { status: MutantRunStatus.Error, errorMessage: 'not drawn' }
    Object.assign(this.#space, {
      [names.ACTIVE_MUTANT]: activeMutant.id,
      [names.HIT_COUNT]: 0,
      [names.HIT_LIMIT]: hitLimit,
    })
    try {
      return await this.#judge(testFilter, hitLimit)
    } finally {
      this.#space[names.ACTIVE_MUTANT] = undefined
      this.#space[names.HIT_COUNT] = undefined
    }
  }

  async #judge(files, hitLimit) {
    const load = this.#fresh()
    for (const [i, file] of files.entries()) {
      const failure = await runFile(load, file)
      const endless = determineHitLimitReached(this.#space[names.HIT_COUNT], hitLimit)
      if (endless) return endless
      if (failure !== undefined)
        return { status: MutantRunStatus.Killed, killedBy: [file], failureMessage: failure, nrOfTests: i + 1 }
    }
    return { status: MutantRunStatus.Survived, nrOfTests: files.length }
  }
}

function isMutated(folder) {
  return settings.paths.some(path => path.startsWith(folder) || folder.startsWith(path))
}

function failed(failureMessage) {
  return { status: TestStatus.Failed, failureMessage }
}
