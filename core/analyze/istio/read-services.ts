import type { Service, ServiceEntry, ServicePort } from '../layer'
import { watched, type Cursor } from './cursor'
import { readAnnotations, readLabels, readNamed, requireNamespace, type RawObject } from './read-object'

const protocols = ['TCP', 'UDP', 'SCTP'] as const

/** Source: kubernetes `core/v1` Service. */
export function readService(object: RawObject): Service {
  const spec = object.body.get('spec')
  const annotations = readAnnotations(object)
  const labels = readLabels(object)
  const exportTo = annotations.value['networking.istio.io/exportTo']
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    return {
      selector: spec.get('selector').labels(),
      ports: spec.get('ports').items().flatMap(readServicePort),
      type: spec.get('type').oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName') ?? 'ClusterIP',
      headless: spec.get('clusterIP').string() === 'None',
    }
  })
  return {
    ...readNamed(object),
    ...value,
    labels: labels.value,
    ...(exportTo === undefined ? {} : { exportTo: exportTo.split(',').map(entry => entry.trim()) }),
    unreadable: damaged || annotations.damaged || labels.damaged,
  }
}

function readServicePort(port: Cursor): readonly ServicePort[] {
  const number = port.required()?.get('port').required()?.port()
  if (number === undefined) return []
  const name = port.get('name').string()
  const appProtocol = port.get('appProtocol').string()
  return [
    {
      port: number,
      target: readTarget(port.get('targetPort')) ?? number,
      protocol: port.get('protocol').oneOf(...protocols) ?? 'TCP',
      ...(name === undefined ? {} : { name }),
      ...(appProtocol === undefined ? {} : { appProtocol }),
    },
  ]
}

/** A container port's number or name; 0 and the empty name mean the same as no target. */
function readTarget(target: Cursor): number | string | undefined {
  return target.value === 0 || target.value === '' ? undefined : target.portOrName()
}

/** Source: istio/api `networking/v1alpha3/service_entry.proto`. */
export function readServiceEntry(object: RawObject): ServiceEntry {
  const spec = object.body.get('spec')
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    spec.get('hosts').required()
    return {
      hosts: spec.get('hosts').strings(),
      ports: spec.get('ports').items().flatMap(readEntryPort),
      addresses: spec.get('addresses').strings(),
      location: spec.get('location').oneOf('MESH_EXTERNAL', 'MESH_INTERNAL') ?? 'MESH_EXTERNAL',
      resolution: spec.get('resolution').string() ?? 'NONE',
      exportTo: spec.get('exportTo').strings(),
      ...readEntrySelector(spec.get('workloadSelector')),
    } as const
  })
  const labels = readLabels(object)
  return { ...readNamed(object), ...value, labels: labels.value, unreadable: damaged || labels.damaged }
}

function readEntrySelector(selector: Cursor): Pick<ServiceEntry, 'workloadSelector'> {
  return selector.absent ? {} : { workloadSelector: selector.get('labels').labels() }
}

function readEntryPort(port: Cursor): ServiceEntry['ports'] {
  const number = port.required()?.get('number').required()?.port()
  if (number === undefined) return []
  const protocol = port.get('protocol').string()
  const name = port.get('name').string()
  const target = port.get('targetPort').port()
  return [
    {
      number,
      ...(protocol === undefined ? {} : { protocol }),
      ...(name === undefined ? {} : { name }),
      ...(target === undefined ? {} : { target }),
    },
  ]
}
