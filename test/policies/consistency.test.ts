import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { configSchemas, defaultConfig } from '../../policypacks/zero-trust/config'
import { controls } from '../../policypacks/zero-trust/controls'
import { cartDigest, cartIntent } from '../../policypacks/zero-trust/example-objects'
import { canonicalJson } from '../../core/model/canonical'
import { rules } from '../../policypacks/zero-trust/rules'
import { stalePages } from '../../scripts/docs-rules'
import { sha256 } from '../support/pack'

const pack = resolve(__dirname, '../../policypacks/zero-trust')

describe('the rules of the pack', () => {
  it('are one file each, named by the id, and all of them are served', () => {
    const files = readdirSync(join(pack, 'rules')).filter(file => file !== 'index.ts')
    assert.deepEqual(files.sort(), rules.map(({ id }) => `${id}.ts`).sort())
    for (const { id } of rules) {
      const name = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
      assert.match(
        readFileSync(join(pack, `rules/${id}.ts`), 'utf8'),
        new RegExp(`export const ${name} = rule\\({\\s*id: '${id}'`),
      )
    }
  })

  it('have examples of both kinds, controls, and prose in the house style', () => {
    for (const { id, examples, controls: own, why, fix, limits = '' } of rules) {
      assert.ok(examples.pass.length > 0 && examples.fail.length > 0, id)
      assert.ok(own.length > 0, id)
      assert.equal(new Set(own).size, own.length, id)
      for (const text of [why, fix, limits]) assert.doesNotMatch(text, /^[A-Z]|\.$|\n/, `${id}: ${text}`)
    }
  })

  it('name only controls that exist', () => {
    const known = new Set(controls.map(({ id }) => id))
    assert.deepEqual(
      rules.flatMap(rule => rule.controls.filter(id => !known.has(id))),
      [],
    )
  })

  it('take only settings that have a schema, whose defaults are the defaults', () => {
    const used = new Set(rules.flatMap(({ config }) => config))
    assert.deepEqual(
      Object.keys(configSchemas).filter(key => !used.has(key as keyof typeof configSchemas)),
      [],
    )
    for (const [key, schema] of Object.entries(configSchemas)) {
      assert.deepEqual(schema.default, defaultConfig[key as keyof typeof defaultConfig], key)
    }
  })

  it('have pages in docs that are what the rules say', () => {
    assert.deepEqual(stalePages(), [])
  })

  it('are the only part of the pack that is plain data and functions: @pulumi is imported by index.ts alone', () => {
    const folders = ['.', 'rules', 'facts', 'facts/linkerd', 'facts/linkerd-install', 'controls']
    const importers = folders.flatMap(folder =>
      readdirSync(join(pack, folder))
        .filter(file => file.endsWith('.ts') && readFileSync(join(pack, folder, file), 'utf8').includes("'@pulumi/"))
        .map(file => join(folder, file)),
    )
    assert.deepEqual(importers, ['index.ts'])
  })

  it('show a lock in their examples whose digest is right', () => {
    assert.equal(cartDigest, sha256(canonicalJson(cartIntent)))
  })
})
