import assert from 'node:assert/strict'
import { progressOn } from '../../../cli/progress'
import { openSession } from '../../../cli/session'
import type { Session } from '../../../cli/session'

function session(terminal: boolean, env: Record<string, string> = {}): Session {
  const stream = { isTTY: terminal, write: () => true, once: () => undefined }
  // Only these of a stream's methods are used.
  return openSession({ stdin: empty(), stdout: stream as never, stderr: stream as never, env })
}

async function* empty(): AsyncGenerator<Uint8Array> {
  // no chunks
}

describe('colours', () => {
  it('are there on a terminal', () => {
    assert.match(session(true).style.red('x'), /^\u001b\[31mx/)
  })

  it('are not there in a pipe, with NO_COLOR, or on a dumb terminal', () => {
    for (const plain of [session(false), session(true, { NO_COLOR: '1' }), session(true, { TERM: 'dumb' })])
      assert.equal(plain.style.red('x'), 'x')
  })

  it('are there where NO_COLOR is empty, which means unset', () => {
    assert.notEqual(session(true, { NO_COLOR: '' }).style.red('x'), 'x')
  })
})

describe('progress', () => {
  const shown = (isTTY: boolean, act: (progress: ReturnType<typeof progressOn>) => void): string => {
    let text = ''
    act(progressOn({ isTTY, write: (more: string) => (text += more) }))
    return text
  }

  it('is silent in the first second, but for a step that will take long', () => {
    assert.equal(
      shown(true, progress => progress.step('light')),
      '',
    )
    assert.match(
      shown(true, progress => progress.step('big file', 'heavy')),
      /big file …/,
    )
  })

  it('is silent where nobody is watching', () => {
    assert.equal(
      shown(false, progress => progress.step('big file', 'heavy')),
      '',
    )
  })

  it('leaves a clean line', () => {
    const text = shown(true, progress => {
      progress.step('big file', 'heavy')
      progress.clear()
      progress.clear()
    })
    assert.ok(text.endsWith('…\r\u001b[K'))
  })
})

describe('writing results', () => {
  it('waits until a slow reader has caught up', async () => {
    let drained: (() => void) | undefined
    const slow = { write: () => false, once: (_: string, listener: () => void) => (drained = listener) }
    let done = false
    const written = openSession({ stdin: empty(), stdout: slow as never, stderr: slow as never, env: {} })
      .out('x')
      .then(() => (done = true))
    await Promise.resolve()
    assert.equal(done, false)
    drained?.()
    await written
    assert.equal(done, true)
  })
})
