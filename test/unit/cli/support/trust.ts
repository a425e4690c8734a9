/*
 * Manifests in which meshes keep certificates.
 */

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A Secret that holds texts. */
export function secret(name: string, data: Readonly<Record<string, string>>): string {
  const entries = Object.entries(data).map(([key, text]) => `  ${key}: ${base64(text)}\n`)
  return `---\napiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: mesh }\ndata:\n${entries.join('')}`
}

/** Linkerd's anchors. */
export const bundle = (text: string): string =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: linkerd-identity-trust-roots, namespace: linkerd }\ndata:\n  ca-bundle.crt: |\n${text.replace(/^(?=.)/gm, '    ')}`
