import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson } from '../../core/model/canonical'
import { cartDigest, cartIntent } from '../../policypacks/zero-trust/example-objects'
import { lockReader } from '../../policypacks/zero-trust/lock-file'
import { sha256 } from '../support/pack'

const lock = JSON.stringify({ digest: cartDigest, intent: cartIntent })
const none = { ...cartIntent, flows: [] }
const other = JSON.stringify({ digest: sha256(canonicalJson(none)), intent: none })

describe('a lock that rules ask for again and again', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ztm-lock-'))
    mkdirSync(join(folder, 'pack/inside'), { recursive: true })
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  it('is read once', () => {
    writeFileSync(join(folder, 'intent.lock.json'), lock)
    const read = lockReader(join(folder, 'pack/inside'))
    const first = read('intent.lock.json')
    assert.equal(first.kind, 'found')
    assert.equal(read('intent.lock.json'), first)
  })

  it('is read again when it was written anew, also with as many bytes', () => {
    const path = join(folder, 'intent.lock.json')
    writeFileSync(path, lock)
    const read = lockReader(folder)
    assert.equal(read(path).kind, 'found')
    // Put in its place, as editors do: the clock of a file system may stand still for as long as this test takes.
    writeFileSync(`${path}.new`, lock.replace(cartDigest, cartDigest.replaceAll(/[0-9a-f]/g, '0')))
    renameSync(`${path}.new`, path)
    assert.equal(read(path).kind, 'missing')
    writeFileSync(path, other)
    const now = read(path)
    assert.deepEqual(now.kind === 'found' && now.intent.flows, [])
    rmSync(path)
    assert.equal(read(path).kind, 'missing')
  })

  it('is the nearest one, also where that was written later', () => {
    writeFileSync(join(folder, 'intent.lock.json'), lock)
    const read = lockReader(join(folder, 'pack/inside'))
    assert.equal(read('intent.lock.json').kind, 'found')
    writeFileSync(join(folder, 'pack/intent.lock.json'), 'no lock')
    assert.equal(read('intent.lock.json').kind, 'missing')
  })
})
