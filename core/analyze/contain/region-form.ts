import type { LanguageForm } from '../../model/language-form'
import { languageForm, parseLanguage } from '../../model/language-form'
import type { Language } from '../../model/language'
import { byText } from '../../model/order'
import type { Variable } from '../../model/region'
import { Region, TooComplex } from '../../model/region'
import type { ClaimQuestion, Questions } from '../../model/token'
import { claimAttribute } from '../../model/token'

/** A set of requests as it is stored: any of these will do, and of each all attributes must be as it says. */
export type RegionForm = readonly Readonly<Record<string, LanguageForm>>[]

/** What regions are written with. */
export interface FormTerms {
  /** What their claim attributes ask, whose names hold for one process alone. */
  readonly questions: Questions
  /** Sets of callers that others are told by what they lack. */
  readonly callers: readonly Language[]
}

/** More than this is no file that anybody reviews. */
const most = 20_000

/** A region as it is stored: exact, and equal for equal regions. Throws TooComplex. */
export function regionForm(region: Region, terms: FormTerms): RegionForm {
  const list: Readonly<Record<string, LanguageForm>>[] = []
  const visit = (at: Region, given: Readonly<Record<string, LanguageForm>>): void => {
    const { variable } = at
    if (variable === undefined) {
      if (at === Region.all && list.push(given) > most) throw new TooComplex()
      return
    }
    const edges = at.edges.map(({ values, to }) => ({ form: formOf(variable, values, terms), to }))
    const sorted = edges.map(edge => ({ ...edge, key: JSON.stringify(edge.form) })).sort((a, b) => byText(a.key, b.key))
    for (const { form, to } of sorted) visit(to, { ...given, [variable]: form })
  }
  const stable = new Map([...terms.questions].map(([name, question]) => [name, questionName(question)]))
  visit(
    renamed(region, name => stable.get(name) ?? name),
    {},
  )
  return list
}

/** What {@link regionForm} wrote, and what its claims ask; or in words what is wrong with it. */
export function parseRegion(form: unknown, questions: Questions): Region | string {
  if (!Array.isArray(form)) return 'expected a list of requests'
  const parts = form.map((part: unknown) => parsePart(part, questions))
  const wrong = parts.find(part => typeof part === 'string')
  return wrong ?? Region.union(parts.filter(part => typeof part !== 'string'))
}

function parsePart(part: unknown, questions: Questions): Region | string {
  if (typeof part !== 'object' || part === null || Array.isArray(part))
    return 'expected attributes of requests and their values'
  let region = Region.all
  for (const [name, form] of Object.entries(part)) {
    const variable = variableOf(name, questions)
    const values = parseLanguage(form, isAddress(name) ? 'blocks' : 'words')
    if (variable === undefined) return `\`${name}\` is no attribute of a request`
    if (!values) return `\`${name}\` is no set of ${isAddress(name) ? 'addresses' : 'values'}: ${JSON.stringify(form)}`
    region = region.intersect(Region.where(variable, values))
  }
  return region
}

/** The attributes that an entry of a baseline may name. */
export const attributeNames =
  '^(?:address|remote-address|caller|pod|protocol|sni|method|path|host|authority|header:.+|query:.+|token(?:\\.sub)?(?:@.*)?|claim .+)$'
const known = new RegExp(attributeNames, 's')

function variableOf(name: string, questions: Questions): Variable | undefined {
  if (!known.test(name)) return undefined
  if (!name.startsWith('claim ')) return name
  const question = parseQuestion(name.slice('claim '.length))
  if (!question) return undefined
  const variable = claimAttribute(question)
  questions.set(variable, question)
  return variable
}

/** The name of a claim attribute, without the number that its values have in this process. */
function questionName({ path, read, place, values }: ClaimQuestion): string {
  return `claim ${JSON.stringify([path, read, place, languageForm(values, { isAddress: false, bases: [] })])}`
}

function parseQuestion(text: string): ClaimQuestion | undefined {
  try {
    const [path, read, place, form] = JSON.parse(text) as readonly unknown[] // checked below
    const values = parseLanguage(form, 'words')
    const isRead = (['whole', 'words', 'audience'] as const).find(kind => kind === read)
    if (!Array.isArray(path) || !path.every(part => typeof part === 'string')) return undefined
    return values && isRead && typeof place === 'string' ? { path, read: isRead, place, values } : undefined
  } catch {
    return undefined
  }
}

function formOf(variable: Variable, values: Language, { callers }: FormTerms): LanguageForm {
  return languageForm(values, { isAddress: isAddress(variable), bases: variable === 'caller' ? callers : [] })
}

function isAddress(variable: Variable): boolean {
  return variable === 'address' || variable === 'remote-address'
}

/** The same requests with their attributes under other names; the order of attributes may be another then. */
function renamed(region: Region, name: (variable: Variable) => Variable): Region {
  const done = new Map<Region, Region>()
  const visit = (at: Region): Region => {
    const { variable } = at
    if (variable === undefined) return at
    const before = done.get(at)
    if (before) return before
    const found = Region.union(
      at.edges.map(({ values, to }) => Region.where(name(variable), values).intersect(visit(to))),
    )
    done.set(at, found)
    return found
  }
  return visit(region)
}
