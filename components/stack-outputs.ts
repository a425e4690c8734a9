import * as pulumi from '@pulumi/pulumi'

/** An output of another stack, or why there is none to be had. */
export type StackOutput =
  | { readonly kind: 'found'; readonly value: unknown }
  /** `absent`: there is no such stack, or it cannot be read; `empty`: it has no such output. */
  | { readonly kind: 'missing'; readonly what: 'absent' | 'empty' | 'secret'; readonly why: string }

/** The engine's own function behind every StackReference. */
export const readStackOutputs = 'pulumi:pulumi:readStackOutputs'

/** Reads outputs of stacks, each stack once a program. */
export class StackOutputs {
  private readonly references = new Map<string, Promise<pulumi.StackReference | Error>>()

  /**
   * The value of an output, as the stack was last brought up. A stack that is not there is no error: two stacks that refer to each other could otherwise
   * never be brought up.
   */
  async read(stack: string, output: string): Promise<StackOutput> {
    const known = this.references.get(stack) ?? reference(stack)
    this.references.set(stack, known)
    const found = await known
    if (found instanceof Error) return { kind: 'missing', what: 'absent', why: reasonOf(found, stack) }
    const details = await found.getOutputDetails(output)
    const value: unknown = details.value
    const secretValue: unknown = details.secretValue
    if (secretValue !== undefined) {
      return { kind: 'missing', what: 'secret', why: `the output \`${output}\` of \`${stack}\` is a secret` }
    }
    if (value === undefined || value === null) {
      return { kind: 'missing', what: 'empty', why: `the stack \`${stack}\` has no output \`${output}\`` }
    }
    return { kind: 'found', value }
  }
}

/**
 * A reference to a stack that is there. The engine fails a program that refers to one that is not (pulumi `pkg/resource/deploy/builtins.go`, the read of
 * a StackReference), so it is asked first, by the function that reads the same outputs and whose failure can be caught.
 */
async function reference(stack: string): Promise<pulumi.StackReference | Error> {
  try {
    await pulumi.runtime.invoke(readStackOutputs, { name: stack }, { async: true })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  return new pulumi.StackReference(stack)
}

/** The engine's own words, without what gRPC and the SDK put before them. */
function reasonOf({ message }: Error, stack: string): string {
  if (message.includes('unknown stack')) return `there is no stack \`${stack}\` yet`
  const [, reason = message] = /returned an error: (.*)/s.exec(message) ?? []
  return `the stack \`${stack}\` cannot be read: ${reason.split('\n')[0] ?? ''}`
}
