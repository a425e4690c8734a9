/** One control of a standard. */
export interface Control {
  /** The standard's own title where it is in the public domain (NIST), our own words elsewhere. */
  readonly title: string
  /** Whether the id was seen in a published source. The others are to be checked by whoever relies on them. */
  readonly checked: boolean
}

/** A standard, or the part of one that a service mesh can support. */
export interface Framework<Id extends string = string> {
  readonly name: string
  readonly version: string
  /** Where the ids come from. */
  readonly source: string
  readonly controls: Readonly<Record<Id, Control>>
}

/** Keeps the ids of a framework's controls as its type. */
export function framework<const Id extends string>(value: Framework<Id>): Framework<Id> {
  return value
}

/** A control whose id was seen in a published source. */
export function checked(title: string): Control {
  return { title, checked: true }
}

/** A control whose id is quoted from memory, or after somebody else. */
export function unchecked(title: string): Control {
  return { title, checked: false }
}
