const truths = ['1', 't', 'T', 'TRUE', 'true', 'True']

/** What Go's `strconv.ParseBool` takes for true; everything else is false to those who ignore its error. */
export function readBool(text: string): boolean {
  return truths.includes(text)
}
