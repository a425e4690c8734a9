import { configMap, release } from '../example-objects'
import { isNamedForAnchors } from '../facts/anchors'
import { hasPrivateKey } from '../facts/private-keys'
import { finding, isUnknown, judgeEach, parts, scalar, type Field } from '../field'
import type { Judged } from '../judged'
import { rule, type Finding } from '../rule'

/**
 * No property of any resource, of any provider, has a private key that is not marked as a secret: Pulumi writes such a
 * property into its state in the open, and shows it in previews.
 *
 * An unknown property is refused where its name says that key material may be in it, unless it is made for certificates alone. Elsewhere (an ARN, an image) it
 * passes a preview: the rule judges each resource again, when its values are known, before it is created.
 */
export const noPrivateKeyInPlainState = rule({
  id: 'no-private-key-in-plain-state',
  severity: 'critical',
  scope: 'object',
  controls: ['nist-800-53/SC-12', 'pci-dss/8.6', 'soc-2/CC6.1', 'iso-27001/A.8.24'],
  why: 'whoever reads the state of the stack, or the log of a preview, has the key, and is whoever the key says',
  fix: 'keep the key out of the stack (AWS Private CA, cert-manager, an existing Secret by its name), or wrap it in `pulumi.secret`',
  limits:
    'it sees what a resource is made from, not what its provider makes of it; in a preview an unknown property passes where its name does not tell of key material (an ARN, an image), and is judged with its value before the resource is created',
  config: [],
  examples: {
    pass: [
      {
        title: 'a certificate',
        objects: [
          configMap('trust-anchor', { 'ca.crt': '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n' }),
        ],
      },
    ],
    fail: [
      {
        title: 'a key next to the certificate',
        objects: [
          configMap('trust-anchor', {
            'ca.key': '-----BEGIN EC PRIVATE KEY-----\nMHcC…\n-----END EC PRIVATE KEY-----\n',
          }),
        ],
      },
      {
        title: 'a key among the values of a chart',
        objects: [
          release('linkerd', {
            chart: 'linkerd-control-plane',
            namespace: 'linkerd',
            values: { identity: { issuer: { tls: { keyPEM: '-----BEGIN PRIVATE KEY-----\nMIGH…\n' } } } },
          }),
        ],
      },
    ],
  },
  check: ({ objects }) => judgeEach(objects, search),
})

function search(field: Field): readonly Finding[] {
  if (field.of.secrets.has(field.path)) return []
  if (isUnknown(field) && (!canHoldKey(field.path) || isPublic(field.of))) return []
  const inside = parts(field)
  if (inside.length > 0) return judgeEach(inside, search)
  return hasPrivateKey(scalar(field) ?? '') ? [finding(field, 'has a private key in it, and is no secret')] : []
}

/**
 * What is made for certificates and nothing else: the ConfigMaps of anchors, and AWS Private CA, whose words are of certificates and whose keys never leave it.
 * A key that somebody passes there is found, as everywhere, when its value is known.
 */
function isPublic(of: Judged): boolean {
  return of.kind.startsWith('aws:acmpca/') || (of.kind === 'ConfigMap' && isNamedForAnchors(of))
}

/** Words in names of properties that take key material, or text in which there may be any. */
const telling =
  /^(args|body|bundle|cert|certificate|certificates|command|config|configuration|content|contents|credential|credentials|data|env|json|jwk|key|keys|kubeconfig|manifest|material|password|pem|pkcs12|private|script|secret|secrets|text|tls|token|value|values|yaml)$/

/** Whether the path says that a private key may be there: `userData`, `tls.keyPEM`, anything below `data`. */
export function canHoldKey(path: string): boolean {
  const words = path.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? []
  return words.some(word => telling.test(word.toLowerCase()))
}
