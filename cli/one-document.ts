import { BadInput, badInput } from './bad-input'
import { parseDocuments } from './documents'

/** The one document that a YAML or JSON file holds; nothing where it is empty. Throws {@link BadInput} where it cannot be read, or holds several. */
export function oneDocument(text: string, file: string): unknown {
  const { documents, problems } = parseDocuments(text, file)
  if (problems.length > 0) throw new BadInput(problems)
  const [document, second] = documents
  if (second) throw badInput(`${file}:${second.line}`, 'a second document begins here', 'keep one document')
  return document?.value
}
