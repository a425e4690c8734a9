/** Something to look at before going on with what is done in states. */
export interface Observation {
  /** A command for a shell, or a query in PromQL. */
  readonly look: string
  readonly kind: 'command' | 'promql'
  /** What has to be seen. */
  readonly expect: string
}
