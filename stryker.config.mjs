import { statSync } from 'node:fs'
import { settings } from './scripts/mutation/settings.mjs'

/**
 * Mutation testing: a change of a file that no test notices is a test that is missing. What is changed, and which tests have to notice, is said on the
 * command line (scripts/mutation.mjs, docs/testing.md).
 *
 * By a runner of our own: Stryker's for mocha knows no mocha 12 on the oldest Node that is supported, and keeps what the program remembers from one
 * mutant to the next.
 */
export default {
  mutate: settings.paths.map(path => (statSync(path).isDirectory() ? `${path}/**/*.ts` : path)),
  plugins: ['./scripts/mutation/plugins.mjs'],
  testRunner: 'files',
  coverageAnalysis: 'perTest',
  concurrency: settings.jobs,
  dryRunTimeoutMinutes: 20,
  timeoutMS: 30_000,
  timeoutFactor: 3,
  // Only what tests read is copied.
  ignorePatterns: ['out', 'dist', 'types', 'reports'],
  tempDirName: 'out/stryker',
  disableTypeChecks: false,
  reporters: ['tally'],
  allowEmpty: false,
}
