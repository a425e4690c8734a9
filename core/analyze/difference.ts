/** One way in which what is rendered differs from what is meant, with a concrete request that shows it. */
export interface Difference {
  /**
   * `admitted`: let in, though nobody declared it. `cut`: declared, but not certain to get through. `unjudged`: nothing
   * was read that stands for the service, so nothing can be proved of it.
   */
  readonly kind: 'admitted' | 'cut' | 'unjudged'
  readonly service: string
  readonly callee: { readonly namespace: string; readonly serviceAccount: string; readonly port: number | 'other' }
  /** The witness in one line: `boutique/ad → boutique/cart:7070 POST /x`. */
  readonly text: string
  /** The objects that decide about the witness. */
  readonly because: readonly string[]
}
