import { day } from '../../../core/trust/certificate'
import { intermediate, rootCertificate, rootInCluster } from '../example-trust'
import {
  isOfLinkerd,
  lifeOf,
  readAuthorities,
  signerOf,
  type Authorities,
  type Authority,
  type Life,
} from '../facts/authorities'
import { at, finding, gather, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/** How long what signs for a mesh may be good for: a stolen key is, for as long. */
const longest = 366 * day

/**
 * What signs for a mesh below a root is good for a year at most, and no root ends before what it signed. A root is replaced `renewBefore` its end, and signs until then:
 * what it signed last has to end within that time, or its proxies are refused (Go crypto/x509/verify.go isValid, to each certificate of a chain).
 */
export const issuerLifetime = rule({
  id: 'issuer-lifetime',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-204/SM-DR13',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'the key of an authority that lives for years is worth stealing for years, and one that outlives its root is refused by everybody from one moment to the next',
  fix: 'give the Certificate a `duration` of a year or less (`2160h`), and its root a `renewBefore` that is longer than this',
  limits:
    'only Certificates of cert-manager are seen, and of two of them which signs the other only where the Issuer between them is in the stack; the life of the issuer of Linkerd is judged by `issuer-rotation-policy`',
  config: [],
  examples: {
    pass: [
      {
        title: 'three months, below a root that is renewed a year before its end',
        objects: [...rootInCluster, rootCertificate(), intermediate()],
      },
    ],
    fail: [
      {
        title: 'ten years, below a root',
        objects: [...rootInCluster, rootCertificate(), intermediate({ duration: '87600h' })],
      },
      {
        title: 'a root that is renewed when what it signed has longer to live than itself',
        objects: [...rootInCluster, rootCertificate({ renewBefore: '720h' }), intermediate()],
      },
    ],
  },
  check,
})

type Lives = ReadonlyMap<Field, Life | undefined>

function check(context: Context): readonly Finding[] {
  const authorities = readAuthorities(context)
  const fields = authorities.all.map(({ field }) => field)
  const { facts, findings } = gather(fields, field => [field, lifeOf(field)] as const)
  const lives = new Map(facts)
  const below = authorities.all.filter(({ isRoot }) => !isRoot)
  return [...authorities.findings, ...findings, ...below.flatMap(one => judge(one, authorities, lives))]
}

/** A life that cannot be read is found by the rules about rotation. */
function judge(one: Authority, authorities: Authorities, lives: Lives): readonly Finding[] {
  const life = lives.get(one.field)
  if (life === undefined) return []
  const duration = at(one.field, 'spec', 'duration')
  const tooLong = life.duration > longest && !isOfLinkerd(one)
  const signer = signerOf(one, authorities)
  const left = signer && lives.get(signer.field)?.renewBefore
  return [
    ...(tooLong ? [finding(duration, 'is more than a year, for which a stolen key is good')] : []),
    ...(signer !== undefined && left !== undefined && left < life.duration
      ? [
          finding(
            duration,
            `is longer than ${signer.field.of.label} has to live when it is renewed, so that this one may outlive it`,
          ),
        ]
      : []),
  ]
}
