/**
 * The value that `make` gives, made when it is first asked for and kept. For constants that take long to make: who loads a file and never asks for them
 * should not wait for them.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
