'use strict'
const { createHash } = require('node:crypto')
const fc = require('fast-check')

/**
 * What laws draw depends on the test's name and on ZTM_SEED alone, so that `npm test` says the same of the same tree: a change
 * fails for what it changes. `npm run fuzz` draws anew in every round, and says with which ZTM_SEED a round can be repeated.
 */
const drawn = process.env.ZTM_SEED ?? '0'

exports.mochaHooks = {
  beforeEach() {
    const name = this.currentTest.fullTitle()
    const seed = createHash('sha256').update(`${drawn}\n${name}`).digest().readInt32BE()
    fc.configureGlobal({ seed, includeErrorInReport: true })
  },
}
