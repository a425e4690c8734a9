import { z } from 'zod'

/** The keys an object may have at a path, for did-you-mean. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<z.ZodType | undefined>((at, step) => (at ? below(at, String(step)) : undefined), schema)
  const object = found && unwrapped(found)
  return object instanceof z.ZodObject ? Object.keys(object.shape) : []
}

function below(schema: z.ZodType, step: string): z.ZodType | undefined {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.ZodType>> = inner.shape
    return shape[step]
  }
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType // as below
  return inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : undefined // zod types its parts by their core
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in as z.ZodType) // zod types its parts by their core
  // Of several forms the one that has keys, or holds what has.
  if (schema instanceof z.ZodUnion) {
    return schema.options.find(form => form instanceof z.ZodObject || form instanceof z.ZodArray) ?? schema
  }
  const optional =
    schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault
  return optional ? unwrapped(schema.unwrap() as z.ZodType) : schema // as above
}
