import type { Variable } from '../model/region'
import { absent } from '../model/region'
import type { Questions, TokenPlace } from '../model/token'
import {
  badToken,
  claimNoun,
  issuerAttribute,
  noToken,
  placeIn,
  placeWords,
  subjectAttribute,
  usualPlace,
} from '../model/token'

type Witness = ReadonlyMap<Variable, string>

/** The tokens of one concrete request in words: `with a token of https://issuer.example.com without scope cart:write`. */
export function describeTokens(witness: Witness, questions: Questions): readonly string[] {
  const places = [
    ...new Set(
      [...witness.keys()].flatMap(
        variable => questions.get(variable)?.place ?? (isToken(variable) ? placeIn(variable) : []),
      ),
    ),
  ]
  const shown = places.filter(place => witness.get(issuerAttribute(place)) !== noToken)
  if (places.length > 0 && shown.length === 0) return ['without a token']
  return shown.flatMap(place => describeAt(place, witness, questions))
}

/** Whether an attribute is one of those that {@link describeTokens} puts into words. */
export function isOfToken(variable: Variable, questions: Questions): boolean {
  return questions.has(variable) || isToken(variable)
}

function isToken(variable: Variable): boolean {
  return [issuerAttribute(usualPlace), subjectAttribute(usualPlace)].includes(variable.replace(/@.*$/s, ''))
}

/** A bad token has no claims that anybody reads; that a good one has a subject goes without saying. */
function describeAt(place: TokenPlace, witness: Witness, questions: Questions): readonly string[] {
  const issuer = witness.get(issuerAttribute(place))
  if (issuer === badToken) return [`with a bad token${placeWords(place)}`]
  const subject = witness.get(subjectAttribute(place))
  const claims = [...witness].flatMap(([variable, answer]) => {
    const question = questions.get(variable)
    if (question?.place !== place) return []
    const values = [...(question.values.words ?? [question.values.witness() ?? ''])].join('|')
    return [`${answer === 'yes' ? 'with' : 'without'} ${claimNoun(question.path)} ${values}`]
  })
  return [
    ...(issuer === undefined ? [] : [`with a token of ${issuer}${placeWords(place)}`]),
    ...(subject === absent || subject === '' ? ['without a subject'] : []),
    ...claims.sort(),
  ]
}
