'use strict'
const { rmSync } = require('node:fs')

/*
 * Outlives the tests by a moment, however they end: Ctrl-C, a crash, SIGKILL. Its standard input is a pipe from them, which
 * the kernel closes with their last breath; then it ends what they started and removes their folder, which is its one
 * argument. Lines: `+PID` for the leader of a group of processes that was started, `-PID` for one that is gone.
 */
const [, , folder] = process.argv
const groups = new Set()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

let rest = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', text => {
  const lines = (rest + text).split('\n')
  rest = lines.pop()
  for (const line of lines) {
    if (line.startsWith('+')) groups.add(line.slice(1))
    else groups.delete(line.slice(1))
  }
})
process.stdin.on('error', () => {})
process.stdin.on('close', () => {
  for (const group of groups) {
    try {
      process.kill(-Number(group), 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})
