import type { Stage, Target } from '../core/compile/target'
import type { Graph } from '../core/graph/graph'
import { didYouMean } from '../core/model/problem'
import type { Problem } from '../core/model/problem'
import { BadInput } from './bad-input'

const known: readonly Stage[] = ['strict', 'enforce']

/** Reads the values of `--stage`, `namespace=stage`. Throws BadInput with all that is wrong with them. */
export function parseStages(values: readonly string[], graph: Graph): NonNullable<Target['stages']> {
  const namespaces = new Set(Object.values(graph.services).map(service => service.namespace))
  const stages = new Map<string, Stage>()
  const problems: Problem[] = []
  for (const value of values) {
    const [namespace = '', word = '', ...rest] = value.split('=')
    const stage = known.find(candidate => candidate === word)
    if (!stage || rest.length > 0) problems.push(badStage(value, word))
    else if (!namespaces.has(namespace)) problems.push(badNamespace(namespace, namespaces))
    else stages.set(namespace, stage)
  }
  if (problems.length > 0) throw new BadInput(problems)
  return Object.fromEntries(stages)
}

function badStage(value: string, word: string): Problem {
  const message = `expected \`namespace=strict\` or \`namespace=enforce\`, got \`${value}\``
  return { code: 'bad-stage', severity: 'error', at: '--stage', message, ...didYouMean(word, known) }
}

function badNamespace(namespace: string, namespaces: ReadonlySet<string>): Problem {
  const message = `no service lives in a namespace \`${namespace}\``
  return { code: 'unknown-namespace', severity: 'error', at: '--stage', message, ...didYouMean(namespace, namespaces) }
}
