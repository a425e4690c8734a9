/**
 * Who a workload is: the SPIFFE triple that both meshes put into its certificate,
 * `spiffe://<trustDomain>/ns/<namespace>/sa/<serviceAccount>`.
 */
export interface Identity {
  readonly trustDomain: string
  readonly namespace: string
  readonly serviceAccount: string
}

/** What a trust domain looks like. A `*` in it would turn every principal into a pattern. */
export const trustDomainPattern = /^[a-z0-9._-]{1,255}$/

/** Whether `text` is a SPIFFE trust domain. */
export function isTrustDomain(text: string): boolean {
  return trustDomainPattern.test(text)
}

const triple = /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/

/** An identity as Istio's `principals` write it: the SPIFFE id without its scheme. */
export function printIdentity({ trustDomain, namespace, serviceAccount }: Identity): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`
}

/** The identity a principal names, or nothing where it is no exact triple. */
export function parseIdentity(principal: string): Identity | undefined {
  const [, trustDomain, namespace, serviceAccount] = triple.exec(principal) ?? []
  if (trustDomain === undefined || namespace === undefined || serviceAccount === undefined) return undefined
  return { trustDomain, namespace, serviceAccount }
}
