/**
 * Mutation testing: a change of a file that no test notices is a test that is missing. Which files are changed is said on the command line, which
 * tests have to notice by ZTM_TESTS (docs/testing.md).
 *
 * By command, a process a mutant: Stryker's own runner for mocha knows no mocha 12 on the oldest Node that is supported. So there is no coverage
 * by test, and the tests had better be few.
 */
const tests = process.env.ZTM_TESTS ?? 'test/unit/**/*.test.ts'

export default {
  testRunner: 'command',
  commandRunner: {
    command: `node node_modules/mocha/bin/mocha.js --no-parallel --bail --reporter dot ${quoted(tests)}`,
  },
  coverageAnalysis: 'off',
  concurrency: Number(process.env.ZTM_JOBS ?? 2),
  // Only what tests read is copied.
  ignorePatterns: ['out', 'dist', 'types', 'docs', 'reports'],
  tempDirName: 'out/stryker',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false },
  allowEmpty: false,
}

/** Words of a shell command, which mocha is to expand itself. */
function quoted(words) {
  return words
    .split(/\s+/)
    .map(word => `"${word}"`)
    .join(' ')
}
