import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly if?: string
  readonly steps: readonly Step[]
}

const file = resolve(__dirname, '../../.github/workflows/preview.yml')
const workflow = parse(readFileSync(file, 'utf8')) as {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: object
  readonly jobs: Readonly<Record<string, Job>>
}
const jobs = Object.entries(workflow.jobs)
const runs = (job: Job, what: RegExp): boolean => job.steps.some(({ run = '', uses = '' }) => what.test(run + uses))

describe('the workflow for pull requests', () => {
  it('runs with what a fork may have, and never with what the base repository has', () => {
    assert.deepEqual(Object.keys(workflow.on), ['pull_request'])
    assert.deepEqual(workflow.permissions, {})
  })

  it('gives secrets to no job but the one whose environment has them', () => {
    for (const [name, job] of jobs) {
      assert.equal(JSON.stringify(job).includes('secrets.'), name === 'engine', name)
      if (name === 'engine') assert.equal(job.environment, 'preview')
    }
  })

  it('lets nobody write but the job that runs no code of the repository', () => {
    for (const [name, job] of jobs) {
      const writes = Object.values(job.permissions ?? {}).includes('write')
      assert.equal(writes, name === 'post', name)
      if (writes) assert.ok(!runs(job, /checkout|npm|npx|node /), name)
    }
  })

  it('judges by the code of the base branch', () => {
    const { steps } = workflow.jobs.comment ?? { steps: [] }
    const order = ['actions/checkout@', 'git checkout --detach HEAD^1', 'npm ci', 'npx --no ztm comment'].map(text =>
      steps.findIndex(({ uses = '', run = '' }) => (uses + run).includes(text)),
    )
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    )
    assert.ok(!order.includes(-1))
  })

  it('has a gate that is never skipped, since a job that is counts as passed', () => {
    assert.equal(workflow.jobs.gate?.if, 'always()')
  })

  it('pins every action by its commit, keeps no credentials, and puts nothing of an event into a shell', () => {
    for (const step of jobs.flatMap(([, { steps }]) => steps)) {
      if (step.uses) assert.match(step.uses, /@[0-9a-f]{40}$/)
      if (step.uses?.startsWith('actions/checkout')) assert.equal(step.with?.['persist-credentials'], false)
      assert.doesNotMatch(step.run ?? '', /\$\{\{/)
    }
  })
})
