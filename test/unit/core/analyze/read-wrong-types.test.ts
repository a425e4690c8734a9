import assert from 'node:assert/strict'
import { mutations, type Mutation } from './mutations'
import { readAll } from './objects'
import { specimens } from './specimens'

/** A Service's target, a probe's port and a Server's may be numbers or names. */
const takesNames = /\.(targetPort|httpGet\.port|tcpSocket\.port)$|^spec\.port$/
const isWrong = ({ path, value }: Mutation) => !(takesNames.test(path) && typeof value === 'string')

/** What is told of an object whose kind or name cannot be read is told of the whole. */
const identifying = /^(|apiVersion|kind|metadata|metadata\.name)$/

describe('reading fields of the wrong type', () => {
  for (const specimen of specimens) {
    const wrong = mutations(specimen).filter(isWrong)
    const told = wrong.map(mutation => ({ ...mutation, ...readAll([mutation.mutant]) }))

    describe(`${String(specimen.kind)}, in ${wrong.length} ways`, () => {
      it('finds nothing wrong with the specimen itself', () => {
        assert.deepEqual(readAll([specimen]).problems, [])
      })

      it('always tells, never throws', () => {
        const silent = told.filter(({ problems, skipped }) => problems.length + Object.keys(skipped).length === 0)
        assert.deepEqual(silent.map(show), [])
      })

      it('skips nothing whose kind it can read', () => {
        const skipped = told.filter(({ path, skipped }) => !identifying.test(path) && Object.keys(skipped).length > 0)
        assert.deepEqual(skipped.map(show), [])
      })

      it('says where, what was found, and what was expected', () => {
        for (const { path, problems } of told) {
          for (const { message, at, severity } of problems) {
            const [, named = ''] = /: `([^`]*)` is (?:.*; expected |no field known here)/.exec(message) ?? []
            const near = named.startsWith(path) || path.startsWith(named)
            assert.ok(
              severity === 'error' && at === 'object 0' && (near || identifying.test(path)),
              `${path}: ${message}`,
            )
          }
        }
      })
    })
  }
})

function show({ path, value }: Mutation): string {
  return `${path} = ${JSON.stringify(value)}`
}
