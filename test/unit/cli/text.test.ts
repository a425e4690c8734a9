import assert from 'node:assert/strict'
import { BadInput } from '../../../cli/bad-input'
import { splitLines } from '../../../cli/text'

async function lines(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk as string))
  }
  const found: string[] = []
  for await (const some of splitLines(stream(), 'a'))
    for (const { text, number } of some) found.push(`${number} ${text}`)
  return found
}

describe('lines of a stream', () => {
  it('end at \\n and \\r\\n and nowhere else', async () => {
    assert.deepEqual(await lines('a\r\nb\u2028c\u0085d\re\n\nf'), ['1 a', '2 b\u2028c\u0085d\re', '3 ', '4 f'])
  })

  it('do not care where chunks end, not even inside a character', async () => {
    const bytes = Buffer.from('aé→\nb')
    const singles = Array.from(bytes, byte => Buffer.from([byte]))
    assert.deepEqual(await lines(...singles), ['1 aé→', '2 b'])
  })

  it('are none in an empty stream, and none after the last line break', async () => {
    assert.deepEqual(await lines(), [])
    assert.deepEqual(await lines('a\n'), ['1 a'])
  })

  it('have a limit, so that a file without line breaks does not fill the memory', async () => {
    const half = 'x'.repeat(9 * 1024 * 1024)
    await assert.rejects(
      lines('a\n', half, half),
      (error: unknown) => error instanceof BadInput && error.problems[0]?.at === 'a:2',
    )
  })
})
