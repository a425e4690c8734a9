'use strict'
const { createHash } = require('node:crypto')
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const { join } = require('node:path')

/*
 * Loaded before a program under test: what Pulumi's runner would compile anew in each run, every source file of the
 * program, is compiled once, by content, into the folder that ZTM_COMPILED names. Nothing is type-checked, as
 * `noCheck` in tsconfig.pulumi.json has it. What the runner registers for `.ts` afterwards is passed over.
 */
const folder = process.env.ZTM_COMPILED
mkdirSync(folder, { recursive: true })

function compiled(file) {
  const source = readFileSync(file, 'utf8')
  const cached = join(folder, `${createHash('sha256').update(file).update(source).digest('hex')}.js`)
  try {
    return readFileSync(cached, 'utf8')
  } catch {
    const options = { loader: 'ts', format: 'cjs', platform: 'node', target: 'node20', sourcefile: file }
    const { code } = require('esbuild').transformSync(source, { ...options, sourcemap: 'inline' })
    writeFileSync(`${cached}.${process.pid}`, code)
    renameSync(`${cached}.${process.pid}`, cached) // at once: programs beside this one read it too
    return code
  }
}

Object.defineProperty(Module._extensions, '.ts', {
  configurable: true,
  enumerable: true,
  get: () => (module, file) => module._compile(compiled(file), file),
  set: () => {},
})
