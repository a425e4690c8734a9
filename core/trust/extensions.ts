import { AsnConvert } from '@peculiar/asn1-schema'
import {
  BasicConstraints,
  ExtendedKeyUsage,
  KeyUsage,
  NameConstraints as EncodedConstraints,
  SubjectAlternativeName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
} from '@peculiar/asn1-x509'
import type { Extension, GeneralName, GeneralSubtrees } from '@peculiar/asn1-x509'
import type { Certificate, NameConstraints } from './certificate'

/** What a certificate's extensions say of it. */
export type Extended = Pick<
  Certificate,
  'ca' | 'pathLength' | 'keyUsage' | 'extendedKeyUsage' | 'nameConstraints' | 'alternativeNames' | 'unknownCritical'
>

/** Those that Go handles (`crypto/x509/parser.go` processExtensions): of these alone may a critical one be there. */
const known: ReadonlySet<string> = new Set([
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
])

/** Reads what extensions say. @throws where one is no ASN.1 of its kind */
export function readExtensions(extensions: readonly Extension[]): Extended {
  const of = (id: string) => extensions.find(({ extnID }) => extnID === id)?.extnValue.buffer
  const [basic, usage, extended, constraints, names] = [
    of(id_ce_basicConstraints),
    of(id_ce_keyUsage),
    of(id_ce_extKeyUsage),
    of(id_ce_nameConstraints),
    of(id_ce_subjectAltName),
  ]
  const { cA: ca, pathLenConstraint } = basic ? AsnConvert.parse(basic, BasicConstraints) : { cA: false }
  return {
    ca,
    ...(pathLenConstraint !== undefined && { pathLength: pathLenConstraint }),
    ...(usage && { keyUsage: AsnConvert.parse(usage, KeyUsage).toJSON() }),
    ...(extended && { extendedKeyUsage: [...AsnConvert.parse(extended, ExtendedKeyUsage)] }),
    ...(constraints && { nameConstraints: readConstraints(AsnConvert.parse(constraints, EncodedConstraints)) }),
    ...(names && { alternativeNames: [...AsnConvert.parse(names, SubjectAlternativeName)].map(showGeneralName) }),
    unknownCritical: extensions.filter(({ critical, extnID }) => critical && !known.has(extnID)).map(e => e.extnID),
  }
}

function readConstraints({ permittedSubtrees, excludedSubtrees }: EncodedConstraints): NameConstraints {
  const names = (trees: GeneralSubtrees | undefined) => (trees ?? []).map(({ base }) => showGeneralName(base))
  return { permitted: names(permittedSubtrees), excluded: names(excludedSubtrees) }
}

function showGeneralName({ dNSName, uniformResourceIdentifier, ...rest }: GeneralName): string {
  if (dNSName !== undefined) return `dns:${dNSName}`
  if (uniformResourceIdentifier !== undefined) return `uri:${uniformResourceIdentifier}`
  const [kind = 'unknown'] = Object.entries(rest).find(([, value]) => value !== undefined) ?? []
  return `${kind}:`
}
