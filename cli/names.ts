import { badInput } from './bad-input'

/** `namespace/serviceaccount`, as given on the command line. */
export interface CallerName {
  readonly namespace: string
  readonly serviceAccount: string
}

/** `namespace/workload` or `namespace/workload:port`, as given on the command line. */
export interface CalleeName {
  readonly namespace: string
  readonly workload: string
  readonly port?: number
}

/** Reads the value of `--from`. Throws BadInput. */
export function parseCaller(text: string): CallerName {
  const [, namespace, serviceAccount] = /^([^/:\s]+)\/([^/:\s]+)$/.exec(text) ?? []
  if (namespace !== undefined && serviceAccount !== undefined) return { namespace, serviceAccount }
  throw badInput(
    '--from',
    `expected \`namespace/serviceaccount\`, got \`${text}\``,
    'write for instance `--from boutique/frontend`',
  )
}

/** Reads the value of `--to`. Throws BadInput. */
export function parseCallee(text: string): CalleeName {
  const [, namespace, workload, digits] = /^([^/:\s]+)\/([^/:\s]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  const port = digits === undefined ? undefined : Number(digits)
  if (namespace !== undefined && workload !== undefined && (port === undefined || (port >= 1 && port <= 65535)))
    return { namespace, workload, ...(port === undefined ? {} : { port }) }
  throw badInput(
    '--to',
    `expected \`namespace/workload\` or \`namespace/workload:port\`, got \`${text}\``,
    'write for instance `--to boutique/cartservice:7070`',
  )
}
