/** JSON for people and files: two spaces, a final line break, keys in the order they were given. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
