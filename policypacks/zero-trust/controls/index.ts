import { cisEks, cisKubernetes } from './cis'
import { dodZeroTrust } from './dod-zero-trust'
import type { Control, Framework } from './framework'
import { iso27001 } from './iso-27001'
import { kubescape, nsaHardening } from './kubernetes-hardening'
import { nist800204 } from './nist-800-204'
import { nist800207 } from './nist-800-207'
import { nist80053 } from './nist-800-53'
import { pciDss } from './pci-dss'
import { soc2 } from './soc-2'

/** The standards rules are mapped to, in the order they are printed. */
export const frameworks = {
  'nist-800-53': nist80053,
  'nist-800-204': nist800204,
  'nist-800-207': nist800207,
  'cis-kubernetes': cisKubernetes,
  'cis-eks': cisEks,
  kubescape,
  'nsa-hardening': nsaHardening,
  'pci-dss': pciDss,
  'soc-2': soc2,
  'iso-27001': iso27001,
  'dod-zero-trust': dodZeroTrust,
} as const

type Frameworks = typeof frameworks

/** A control by its standard: `nist-800-53/SC-8(1)`. One that does not exist does not compile. */
export type ControlId = {
  [F in keyof Frameworks]: `${F}/${keyof Frameworks[F]['controls'] & string}`
}[keyof Frameworks]

/** Every control there is, with its id and standard, in the order they are printed. */
export const controls: readonly (Control & { readonly id: string; readonly framework: Framework })[] =
  Object.entries<Framework>(frameworks).flatMap(([prefix, framework]) =>
    Object.entries(framework.controls).map(([id, control]) => ({ ...control, id: `${prefix}/${id}`, framework })),
  )
