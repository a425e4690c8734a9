import Mocha from 'mocha'

/** A reporter that tells nobody: what counts is the first failure. */
class Silent {}

/** Runs a file of tests with a `require` of its own; the first failure, where there is one. */
export async function runFile(load, file) {
  const mocha = new Mocha({ bail: true, timeout: 180_000, reporter: Silent })
  try {
    mocha.rootHooks(load('./test/support/seed.cjs').mochaHooks)
    mocha.suite.emit('pre-require', globalThis, file, mocha)
    load(`./${file}`)
    return await new Promise(done => {
      let failure
      const runner = mocha.run(() => done(failure))
      runner.on('fail', (test, error) => (failure ??= `${test.fullTitle()}: ${error?.message ?? error}`))
    })
  } catch (error) {
    return `${file}: ${error?.message ?? error}`
  } finally {
    mocha.dispose()
  }
}
