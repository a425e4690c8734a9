import type { Problem } from '../../model/problem'
import type { Port, Service } from '../graph'
import { nameProblems } from '../names'
import { literalPathFlaws } from '../paths'
import { defect, listing, place } from '../place'
import { groupBy } from '../../model/group'
import { accountOf } from '../resolve'
import type { Context } from './context'
import { acknowledgedAccountProblems } from './default-account'
import { probeProblems } from './probes'

/** What is wrong with each service by itself: its names, labels, ports, metrics and probes. */
export function serviceProblems({ graph, damaged }: Context): readonly Problem[] {
  return Object.entries(graph.services).flatMap(([name, service]) => [
    ...nameProblems('service', name, place('services', name)),
    ...nameProblems('namespace', service.namespace, place('services', name, 'namespace')),
    ...accountProblems(name, service),
    ...labelProblems(name, service),
    ...Object.keys(service.ports).flatMap(port => nameProblems('port', port, place('services', name, 'ports', port))),
    ...twicePorts(name, service),
    ...headlessProblems(name, service),
    ...metricsProblems(name, service),
    ...(damaged('services', name, 'ports') ? [] : probeProblems(name, service)),
  ])
}

function accountProblems(name: string, service: Service): readonly Problem[] {
  const at = place('services', name, 'serviceAccount')
  const { serviceAccount } = service
  return [
    ...(serviceAccount === undefined ? [] : nameProblems('serviceAccount', serviceAccount, at)),
    ...acknowledgedAccountProblems(accountOf(name, service), service, at),
  ]
}

function labelProblems(name: string, { labels }: Service): readonly Problem[] {
  if (labels === undefined) return []
  const at = place('services', name, 'labels')
  if (Object.keys(labels).length === 0) {
    const message = 'empty `labels` select every Pod of the namespace'
    return [defect({ code: 'empty-labels', at, message, hint: 'leave `labels` out for `app: <name>`' })]
  }
  return Object.entries(labels).flatMap(([key, value]) => [
    ...nameProblems('labelKey', key, place('services', name, 'labels', key)),
    ...nameProblems('labelValue', value, place('services', name, 'labels', key)),
  ])
}

/** Two ports of a service are told apart by their numbers, the container's as well as the Service's. */
function twicePorts(name: string, { ports }: Service): readonly Problem[] {
  const at = place('services', name, 'ports')
  return [
    ...twice(ports, ({ port }) => port).map(([number, names]) =>
      defect({
        code: 'duplicate-port',
        at,
        message: `the container port \`${number}\` is declared as ${listing(names)}`,
      }),
    ),
    ...twice(ports, ({ port, servicePort = port }) => servicePort)
      // Where the container ports are the same, the Service's are for that reason.
      .filter(([, names]) => new Set(names.map(port => ports[port]?.port)).size > 1)
      .map(([number, names]) =>
        defect({
          code: 'duplicate-port',
          at,
          message: `the Service port \`${number}\` is declared as ${listing(names)}`,
        }),
      ),
  ]
}

function twice(
  ports: Service['ports'],
  numberOf: (port: Port) => number,
): readonly (readonly [number, readonly string[]])[] {
  const byNumber = groupBy(Object.keys(ports), name => {
    const port = ports[name]
    return port ? numberOf(port) : 0
  })
  return [...byNumber].filter(([, names]) => names.length > 1)
}

function headlessProblems(name: string, { headless = false, ports }: Service): readonly Problem[] {
  if (!headless) return []
  return Object.entries(ports).flatMap(([portName, { port, servicePort = port }]) => {
    if (servicePort === port) return []
    const message = `a headless Service leads straight to its Pods, which listen on \`${port}\`, not on \`${servicePort}\``
    const hint = 'leave `servicePort` out'
    return [
      defect({ code: 'headless-port', at: place('services', name, 'ports', portName, 'servicePort'), message, hint }),
    ]
  })
}

function metricsProblems(name: string, { metrics, ports }: Service): readonly Problem[] {
  if (metrics === undefined) return []
  const flaws = literalPathFlaws(metrics.path).map(({ message, ...hint }) =>
    defect({
      code: 'malformed-path',
      at: place('services', name, 'metrics', 'path'),
      message: `path \`${metrics.path}\` ${message}`,
      ...hint,
    }),
  )
  const at = place('services', name, 'metrics', 'port')
  const declared = Object.values(ports).find(({ port }) => port === metrics.port)
  if (declared && declared.protocol !== 'http') {
    const message = `metrics are read over http, and port \`${metrics.port}\` speaks ${declared.protocol}`
    return [...flaws, defect({ code: 'metrics-protocol', at, message })]
  }
  if (!declared && Object.hasOwn(ports, 'metrics')) {
    const message = `port \`${metrics.port}\` would be named \`metrics\`, which is another port's name`
    return [
      ...flaws,
      defect({ code: 'duplicate-port', at, message, hint: `declare \`${metrics.port}\` among \`ports\`` }),
    ]
  }
  return flaws
}
