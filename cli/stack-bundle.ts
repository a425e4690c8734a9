import { parse, YAMLError } from 'yaml'
import { badInput } from './bad-input'

/**
 * The anchors that a stack's file says (`Pulumi.<stack>.yaml`, `zero-trust-mesh:trust`, `bundle`); nothing where the text is no such file. Throws BadInput where it is one, and
 * says none: of what a source makes nobody knows before.
 */
export function stackBundle(text: string, at: string): string | undefined {
  if (!/^config:/m.test(text) || !/^\s+["']?zero-trust-mesh:/m.test(text)) return undefined
  const trust = fieldOf(fieldOf(parsed(text, at), 'config'), 'zero-trust-mesh:trust')
  const bundle = fieldOf(trust, 'bundle')
  if (typeof bundle === 'string') return bundle
  const hint = 'what a source makes is known once it is made: give the output `anchors` of the stack, in a file'
  throw badInput(at, 'the stack says no anchors: it has no `zero-trust-mesh:trust` with a `bundle`', hint)
}

function parsed(text: string, at: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error
    throw badInput(at, `it is no YAML: ${error.message.split('\n')[0] ?? ''}`, 'mend the file')
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined
}
