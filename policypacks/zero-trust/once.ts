/**
 * The function, asked once for each list and detail: what it answered is kept for as long as the list is. For facts about the objects of a
 * stack, which its rules share. INVARIANT: an answer hangs on nothing but the list and what `keyOf` says of the detail.
 *
 * Where no answer can be given (the function throws) none is kept: each rule meets that by itself.
 */
export function onceEach<List extends object, Detail, Fact>(
  read: (list: List, detail: Detail) => Fact,
  keyOf: (detail: Detail) => string,
): (list: List, detail: Detail) => Fact {
  const kept = new WeakMap<List, Map<string, { readonly fact: Fact }>>()
  return (list, detail) => {
    const ofList = kept.get(list) ?? new Map<string, { readonly fact: Fact }>()
    kept.set(list, ofList)
    const key = keyOf(detail)
    const known = ofList.get(key) ?? { fact: read(list, detail) }
    ofList.set(key, known)
    return known.fact
  }
}

/** The function, asked once for each list; see `onceEach`. */
export function once<List extends object, Fact>(read: (list: List) => Fact): (list: List) => Fact {
  const each = onceEach<List, undefined, Fact>(read, () => '')
  return list => each(list, undefined)
}
