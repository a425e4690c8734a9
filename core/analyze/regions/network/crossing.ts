import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import { every, some, type Ternary } from '../../istio/kleene'
import type { Layer } from '../../layer'
import { limitsOf, type Limit } from '../../network/isolation'
import type { NetworkPolicy } from '../../network/layer-network'
import { isUnmodelled, type Pod } from '../../network/pods'
import type { Match } from '../bounds'
import { always } from '../bounds'
import { admissionTo, type Admission } from './admission'
import { Exits } from './exits'
import { openUnder } from './open-under'
import { Population } from './population'

/** One that calls, whom something keeps from leaving, or may. */
interface Kept {
  readonly limits: readonly Limit[]
  readonly unmodelled: boolean
}

/** What gets from anywhere to a Pod's port on the wire: over where it comes from, the attributes `pod` and `address`. */
export class Crossings {
  readonly population: Population
  readonly exits: Exits
  /** Those whose leaving is limited. */
  private readonly kept = new Map<number, Kept>()
  private readonly onNodes: readonly number[]
  private readonly found = new Map<Pod, Map<number, Match>>()

  constructor(private readonly layer: Layer) {
    this.population = new Population(layer)
    this.exits = new Exits(layer, this.population)
    const { pods } = this.population
    pods.forEach((pod, i) => {
      const limits = limitsOf(layer, pod, 'egress')
      const unmodelled = isUnmodelled(layer, pod)
      if (limits.length > 0 || unmodelled) this.kept.set(i, { limits, unmodelled })
    })
    this.onNodes = [...pods.keys()].filter(i => pods[i]?.hostNetwork === true)
  }

  to(pod: Pod, port: number): Match {
    const byPort = this.found.get(pod) ?? new Map<number, Match>()
    this.found.set(pod, byPort)
    const found = byPort.get(port) ?? this.find(pod, port)
    byPort.set(port, found)
    return found
  }

  private find(pod: Pod, port: number): Match {
    const { population } = this
    const into = admissionTo(this.layer, pod, { port, population })
    if (into.others === 'yes' && this.kept.size === 0) return always
    const out = this.leavingFor(pod, port)
    const answers = this.answers(pod, into, out)
    const may = this.named(answers, 'may')
    return {
      must: both(this.named(answers, 'must'), addressesIn(into, 'must')),
      may: Region.union([
        both(may, pod.hostNetwork ? Language.all : addressesIn(into, 'may')),
        Region.where('pod', this.perhapsBySome(into, out)).intersect(Region.where('address', into.ofPods)),
      ]),
    }
  }

  /** Whether each is let out to a Pod's port. */
  private leavingFor(pod: Pod, port: number): (caller: number) => Ternary {
    if (this.kept.size === 0) return () => 'yes'
    const admitting = this.exits.to(pod, port)
    return caller => {
      const kept = this.kept.get(caller)
      if (!kept) return 'yes'
      return kept.unmodelled ? 'unknown' : letOut(kept.limits, admitting)
    }
  }

  private answers(pod: Pod, into: Admission, out: (caller: number) => Ternary): Answers {
    const { others, sure, perhaps } = into
    const told = new Map<number, Ternary>()
    const open = others === 'no' ? [...sure, ...perhaps] : [...sure, ...perhaps, ...this.kept.keys()]
    for (const i of open) {
      const entering = sure.has(i) ? 'yes' : some([others, perhaps.has(i) ? 'unknown' : 'no'])
      told.set(i, every([entering, out(i)]))
    }
    const asked = (i: number): Ternary => told.get(i) ?? others
    for (const i of pod.hostNetwork ? this.population.pods.keys() : this.onNodes) {
      if (asked(i) === 'no') told.set(i, 'unknown')
    }
    const itself = this.population.places.get(pod)
    if (itself !== undefined && asked(itself) === 'no') told.set(itself, pod.single ? 'yes' : 'unknown')
    return { told, others }
  }

  /** The values of `pod` that are certainly let through, or possibly; of Pods of one name all, or any. */
  private named({ told, others }: Answers, bound: keyof Match): Language {
    const { pods, alike, rest } = this.population
    const passes = (answer: Ternary): boolean => answer === 'yes' || (bound === 'may' && answer === 'unknown')
    const isIn = (i: number): boolean => {
      const same = alike.get(pods[i]?.key ?? '')
      const each = (same ?? [i]).map(one => passes(told.get(one) ?? others))
      return bound === 'must' ? each.every(Boolean) : each.some(Boolean)
    }
    const byDefault = passes(others)
    const among = isIn(rest) === byDefault ? told.keys() : pods.keys()
    const wanted = !isIn(rest)
    const words = [...among].filter(i => isIn(i) === wanted).map(i => pods[i]?.key ?? '')
    return wanted ? Language.literals(words) : Language.literals([...words, '']).complement()
  }

  /** Pods whose address is not known, of which some may get in by it. */
  private perhapsBySome(into: Admission, out: (caller: number) => Ternary): Language {
    if (into.ofPods.isEmpty || into.others !== 'no') return Language.none
    const { pods, addressed } = this.population
    const not = [...addressed, ...[...this.kept.keys()].filter(i => out(i) === 'no')].map(i => pods[i]?.key ?? '')
    return Language.literals([...not, '']).complement()
  }
}

interface Answers {
  readonly told: ReadonlyMap<number, Ternary>
  readonly others: Ternary
}

/** What a caller's egress policies say, as those of a callee's ingress. */
function letOut(limits: readonly Limit[], admitting: ReadonlyMap<NetworkPolicy, Ternary>): Ternary {
  const answers = limits.map(({ policy, applies }) => ({
    applies,
    answer: policy.unreadable ? ('unknown' as const) : (admitting.get(policy) ?? 'no'),
  }))
  return openUnder(answers)
}

function addressesIn({ others, blocks }: Admission, bound: keyof Match): Language {
  if (others === 'yes' || (others === 'unknown' && bound === 'may')) return Language.all
  return bound === 'must' ? blocks.sure : blocks.sure.union(blocks.perhaps)
}

const outside = Language.literals([''])

/** From certain Pods, or from what is none, at certain addresses. */
function both(pods: Language, addresses: Language): Region {
  const strangers = Region.where('pod', outside).intersect(Region.where('address', addresses))
  return Region.where('pod', pods).union(strangers)
}
