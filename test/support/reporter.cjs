'use strict'
const { reporters } = require('mocha')

/** Mocha's spec reporter, closed by the one plain line that people and CI read: `N passed, N failed`. */
class PlainLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      process.stdout.write(`\n${this.stats.passes} passed, ${this.stats.failures} failed\n`)
    })
  }
}
module.exports = PlainLine
