import type { IstioGateway, Server, ServerTls } from '../layer'
import { watched, type Cursor } from './cursor'
import { readNamed, requireNamespace, type RawObject } from './read-object'

const modes = ['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'] as const

/** Source: istio/api `networking/v1alpha3/gateway.proto`. */
export function readIstioGateway(object: RawObject): IstioGateway {
  const spec = object.body.get('spec')
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    return {
      selector: spec.get('selector').labels(),
      servers: spec.get('servers').items().flatMap(readServer),
    }
  })
  return { ...readNamed(object), ...value, unreadable: damaged }
}

function readServer(server: Cursor): readonly Server[] {
  const port = server.required()?.get('port').get('number').required()?.port()
  const protocol = server.get('port').get('protocol').required()?.string()
  const hosts = server.get('hosts').required()?.strings() ?? []
  const bind = server.get('bind').string() ?? ''
  const tls = readTls(server.get('tls'))
  if (port === undefined || protocol === undefined) return []
  return [
    {
      port,
      protocol: protocol.toUpperCase(),
      hosts,
      ...(tls === undefined ? {} : { tls }),
      ...(bind === '' ? {} : { bind }),
    },
  ]
}

/** Without a mode TLS is passed on unopened: the enum's first value. */
function readTls(tls: Cursor): ServerTls | undefined {
  if (tls.absent) return undefined
  const mode = tls.get('mode').absent ? 'PASSTHROUGH' : tls.get('mode').oneOf(...modes)
  return { mode: mode ?? 'unknown', httpsRedirect: tls.get('httpsRedirect').boolean() ?? false }
}
