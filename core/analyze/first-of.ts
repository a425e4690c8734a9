/**
 * The first of many names, and how many more there are.
 *
 * @param most - more than anybody reads. @default 4
 */
export function firstOf(names: readonly string[], most = 4): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
