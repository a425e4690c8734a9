import * as pulumi from '@pulumi/pulumi'
import { fragmentProblems } from '../core/graph/fragments/against-mesh'
import type { Fragment } from '../core/graph/fragments/fragment'
import type { MeshOutput } from '../core/graph/fragments/mesh-output'
import { parseMesh } from '../core/graph/fragments/mesh-output'
import { parseFragment } from '../core/graph/fragments/schema'
import { within } from '../core/graph/place'
import { own } from '../core/graph/plain'
import type { Problem } from '../core/model/problem'
import { blocking, blocks, didYouMean, printProblem } from '../core/model/problem'
import { digestOf } from './digest'
import { Refused, refuse } from './refused'
import { StackOutputs } from './stack-outputs'

/** How a mesh is referred to. */
export interface MeshReferenceArgs {
  /** The output that tells of the mesh. @default 'mesh' */
  readonly output?: string
}

/** How a fragment is held against a mesh. */
export interface CheckArgs {
  /** Under which name the mesh's stack lists it. */
  readonly name: string
  /** Services that the mesh does not have yet and that calls may name all the same. @default [] */
  readonly expected?: readonly string[]
}

/**
 * The mesh of another stack, for the program of a team that uses it.
 *
 * ```ts
 * export = async () => {
 *   const mesh = await MeshReference.fromStack('organization/mesh/prod')
 *   return { fragment: mesh.check(fragment, { name: 'orders' }) }
 * }
 * ```
 *
 * A mesh that is not there yet is no error, as neither stack waits for the other: then there is nothing to hold a fragment against, which is told.
 */
export class MeshReference {
  private constructor(
    /** The stack's name, for messages. */
    readonly stack: string,
    /** What the mesh tells of itself; absent where its stack is not there yet. */
    readonly mesh?: MeshOutput,
  ) {}

  /**
   * Reads the mesh of a stack, `organization/project/stack`, as it was last brought up.
   *
   * @throws Refused where the stack is there and has no mesh, or one of a newer form than this release knows
   */
  static async fromStack(stack: string, { output = 'mesh' }: MeshReferenceArgs = {}): Promise<MeshReference> {
    const found = await new StackOutputs().read(stack, output)
    if (found.kind === 'missing') {
      if (found.what === 'absent') {
        void pulumi.log.warn(`${found.why}: what calls it is not checked against it`)
        return new MeshReference(stack)
      }
      const hint = 'name the stack that has the mesh: `organization/project/stack`'
      throw new Refused('the mesh cannot be used', [
        blocking({ code: 'no-mesh-output', at: stack, message: found.why, hint }),
      ])
    }
    const { mesh, problems } = parseMesh(found.value)
    const at = (place: string) => [`${stack} ${output}`, place].filter(Boolean).join('.')
    refuse(
      'the mesh cannot be used',
      problems.map(problem => ({ ...problem, at: at(problem.at) })),
    )
    return new MeshReference(stack, mesh)
  }

  /**
   * What a caller dials, `host:port`.
   *
   * @throws Refused where the mesh has no such service or port, or is not there yet
   */
  address(service: string, port: string): string {
    const services = this.mesh?.services ?? {}
    const ports = own(services, service)?.ports
    const found = ports && own(ports, port)
    if (found) return found.address
    const [message, near] = ports
      ? [`\`${service}\` has no port named \`${port}\``, didYouMean(port, Object.keys(ports))]
      : [`the mesh has no service named \`${service}\``, didYouMean(service, Object.keys(services))]
    throw new Refused('there is no such address', [
      blocking({ code: 'unknown-service', at: this.stack, message: this.mesh ? message : notYet(this.stack), ...near }),
    ])
  }

  /**
   * Holds a fragment against the mesh and gives it back, for the stack to export. What only waits for others is told.
   *
   * @throws Refused with all that is wrong with it: its shape, names that are taken, calls to what the mesh does not have
   */
  check(fragment: Fragment, { name, expected = [] }: CheckArgs): Fragment {
    const parsed = parseFragment(fragment)
    refuse(
      'the fragment is not exported',
      parsed.problems.map(problem => within('fragment', problem)),
    )
    if (!parsed.fragment || !this.mesh) return fragment
    const problems = fragmentProblems({ fragment: parsed.fragment, mesh: this.mesh, name, expected })
    refuse(
      'the fragment is not exported',
      problems.filter(problem => blocks([problem])),
    )
    tell([...problems, ...pending(parsed.fragment, own(this.mesh.fragments, name))])
    return fragment
  }
}

function notYet(stack: string): string {
  return `the stack \`${stack}\` is not there yet, so nobody knows its addresses`
}

/** Whether the mesh has what is declared now. */
function pending(fragment: Fragment, listed: MeshOutput['fragments'][string] | undefined): readonly Problem[] {
  if (!listed || listed.digest === digestOf(fragment)) return []
  const message = 'the mesh has another state of it; this one takes effect when the mesh’s stack is updated'
  return [{ code: 'fragment-pending', severity: 'delegated', at: 'fragment', message }]
}

function tell(problems: readonly Problem[]): void {
  if (problems.length === 0) return
  void pulumi.log.info(`of the mesh:\n${problems.map(printProblem).join('\n')}`)
}
