export type Json = Record<string, unknown>

/** An object without the fields that are absent. */
export function compact(record: Json): Json {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

/** Objects named and dated in the order in which they stand. */
export function dated(objects: readonly Json[]): readonly Json[] {
  return objects.map((object, i) => ({
    ...object,
    metadata: {
      ...(object.metadata as Json),
      name: `object-${i}`,
      creationTimestamp: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`,
    },
  }))
}
