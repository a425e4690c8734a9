import type { Name } from '@peculiar/asn1-x509'

/** The attributes that names of authorities have (RFC 5280 4.1.2.4); others are shown by their number. */
const attributes: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'E',
}

/** A name as people read it: `CN=root, O=Example`. Backticks would end the words that a message sets it in. */
export function showName(name: Name): string {
  const parts = name.flatMap(set => set.map(({ type, value }) => `${attributes[type] ?? type}=${value.toString()}`))
  return parts.length === 0 ? 'without a subject' : parts.join(', ').replaceAll('`', "'")
}
