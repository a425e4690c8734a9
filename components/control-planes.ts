import type { IstioSettings } from './settings'

/** The control planes to install: the one that stands, and the one to upgrade to. They are told the same, but for who they are. */
export function controlPlanes(istio: IstioSettings): readonly IstioSettings[] {
  return [istio, ...(istio.next ? [nextOf(istio, istio.next)] : [])]
}

/** What the CRDs are of: the newest control plane, which comes after them (istio.io `docs/setup/upgrade/helm`). */
export function versionOfBase(istio: IstioSettings): IstioSettings {
  return istio.next ? nextOf(istio, istio.next) : istio
}

/** What the node agents are of, of which there is one a node, whatever the revisions. */
export function versionOfNodes(istio: IstioSettings): IstioSettings {
  return istio.next?.nodes === true ? nextOf(istio, istio.next) : istio
}

function nextOf(
  istio: IstioSettings,
  { version, revision, charts }: NonNullable<IstioSettings['next']>,
): IstioSettings {
  const { next: _, ...rest } = istio
  return { ...rest, version, revision, ...(charts && { charts }) }
}
