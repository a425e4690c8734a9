import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { toolPath } from '../support/e2e/tools'
import { until, Workspace } from '../support/e2e/workspace'

/** A run of tests in small: it starts a program, says where and which, and goes on. */
const run = `
  const { Workspace } = require(${JSON.stringify(resolve(__dirname, '../support/e2e/workspace.ts'))})
  const workspace = new Workspace()
  workspace.start({ name: 'sleeper', program: 'sh', args: ['-c', 'echo $$; sleep 600 & wait'] })
  const wait = setInterval(() => {
    const pid = require('node:fs').readFileSync(workspace.folder + '/sleeper.log', 'utf8').trim()
    if (pid === '') return
    clearInterval(wait)
    console.log(JSON.stringify({ folder: workspace.folder, pid: Number(pid) }))
    setInterval(() => {}, 1000)
    process.on('message', () => { throw new Error('a crash') })
  }, 20)
`

function groupRuns(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

describe('what a run of end-to-end tests leaves behind', () => {
  for (const end of ['SIGINT', 'SIGKILL', 'a crash'] as const) {
    it(`is nothing after ${end}`, async () => {
      const args = ['-r', 'tsx/cjs', '-e', run]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] })
      const [line] = (await once(child.stdout!, 'data')) as [Buffer]
      const { folder, pid } = JSON.parse(line.toString()) as { folder: string; pid: number }
      assert.ok(groupRuns(pid) && existsSync(folder))
      if (end === 'a crash') child.send(end)
      else child.kill(end)
      await once(child, 'exit')
      await until('all of it is gone', 30, () =>
        Promise.resolve(!groupRuns(pid) && !existsSync(folder) ? true : undefined),
      )
    })
  }

  it('is nothing after an ordinary end', async () => {
    const workspace = new Workspace()
    const running = workspace.start({ name: 'sleeper', program: 'sleep', args: ['600'] })
    await workspace.close()
    assert.equal(await running.ended, undefined)
    assert.ok(!existsSync(workspace.folder))
  })
})

describe('a tool that is not there', () => {
  it('is told with how to get it', async () => {
    const workspace = new Workspace()
    const path = process.env.PATH
    try {
      process.env.PATH = ''
      assert.throws(
        () => toolPath('etcd', workspace, workspace.folder),
        /`etcd` is neither on PATH nor .*put it on PATH \(https:/u,
      )
    } finally {
      process.env.PATH = path
      await workspace.close()
    }
  })
})
