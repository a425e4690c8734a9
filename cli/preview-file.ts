import { z } from 'zod'
import { badInput } from './bad-input'
import { isFolder, isThere, readFileIfThere } from './io'
import { isRevision } from './git'

const version = 1

const schema = z.object({
  project: z.string(),
  stack: z.string(),
  reasons: z.array(z.string()),
  resources: z.record(z.string(), z.object({ label: z.string(), digest: z.string() })),
  differences: z.array(z.object({ text: z.string(), because: z.array(z.string()) })),
  findings: z.array(z.object({ rule: z.string(), blocks: z.boolean(), about: z.string(), text: z.string() })),
  notJudged: z.array(z.string()),
})

/** What a preview found out, as it wrote it beside the manifests. */
export type PreviewFile = z.infer<typeof schema>

/** The `preview.json` of a directory that a preview wrote; nothing where there is none. Throws BadInput where it cannot be read. */
export function previewIn(state: string): PreviewFile | undefined {
  const path = `${state.replace(/\/$/, '')}/preview.json`
  if (isRevision(state) || !isFolder(state) || !isThere(path)) return undefined
  const document = parsed(path, readFileIfThere(path) ?? '')
  const found = schema.safeParse(document)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw badInput(path, `it is not what a preview writes: \`${issue?.path.join('.') ?? ''}\``, hint)
}

const hint = 'write it again with the preview of this version'

function parsed(path: string, text: string): unknown {
  try {
    const document = JSON.parse(text) as { readonly version?: unknown } | null
    if (document?.version === version) return document
  } catch {
    throw badInput(path, 'it is no JSON', hint)
  }
  throw badInput(path, `it is not of version ${version} of this format`, hint)
}
