import { Document, isMap, isScalar } from 'yaml'
import type { WrittenGraph } from './adopt-typescript'
import { visible } from './words'

/** A graph in its JSON form as YAML, with the same comments as in TypeScript. */
export function adoptedYaml(written: WrittenGraph): string {
  const { services, external, ingress, scraper, calls } = written.graph
  const content = {
    services,
    ...(Object.keys(external).length > 0 && { external }),
    ...(Object.keys(ingress).length > 0 && { ingress }),
    ...(scraper && { scraper }),
    calls,
  }
  const document = new Document(content, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  document.commentBefore =
    ' Who may call whom, as far as the manifests tell that are there today. Written by `ztm adopt`, to be kept and corrected by hand:\n what is not here is not let through.'
  for (const note of written.notes) comment(document, note)
  return document.toString({ lineWidth: 0 })
}

function comment(document: Document, { path, text }: WrittenGraph['notes'][number]): void {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
  if (!pair || !isScalar(pair.key)) return
  const before = pair.key.commentBefore
  pair.key.commentBefore = `${before ? `${before}\n` : ''} ${visible(text)}`
}
