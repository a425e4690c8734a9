import { version } from '@pulumi/kubernetes/package.json'
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb'
import * as provider from '@pulumi/pulumi/proto/provider_pb'
import * as plugin from '@pulumi/pulumi/proto/plugin_pb'
import { canonicalJson } from '../../../core/model/canonical'
import { Empty, fromStruct, toStruct } from '../../../preview/sdk'
import { unknownValue, type JsonObject } from '../../../preview/wire'
import { Api } from './api'
import { accessOf } from './kubeconfig'
import { idOf, objectOf, pruned } from './provider-objects'
import { ProviderVerbs } from './provider-verbs'
import { serve, unary, type Serving } from './serve'

/** What a stand-in for the provider is told beside its protocol. */
export interface Watched {
  /** Of the project, from which paths of charts start. */
  readonly folder: string
  /** Before the cluster is changed, each time. */
  readonly onChange?: (urn: string) => void
  /** What `PULUMI_K8S_UPSERT_EXISTING_OBJECTS` is to the real one. */
  readonly upserts?: () => boolean
}

/**
 * Stands in for `pulumi-resource-kubernetes`: applies objects on the server's side, at preview in a dry run. It attaches,
 * one command of the CLI after another. It makes no names, waits for nothing, and knows no YAML file and no function. Of a
 * Helm Release it applies the CRDs of the chart, where that is a folder; what is in its templates it does not see.
 */
export async function serveKubernetes(watched: Watched): Promise<Serving> {
  const { folder, onChange = () => undefined, upserts = () => false } = watched
  let verbs = new ProviderVerbs(undefined, folder)
  return serve(ResourceProviderService, {
    handshake: unary(() => new provider.ProviderHandshakeResponse()),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo()
      info.setVersion(version) // an older one than the SDK's is warned of
      return info
    }),
    checkConfig: unary((request: provider.CheckRequest) => accepted(request)),
    diffConfig: unary((request: provider.DiffRequest) => difference(request)),
    configure: unary((request: provider.ConfigureRequest) => {
      const access = accessOf({
        kubeconfig: request.getVariablesMap().get('kubernetes:config:kubeconfig'),
        context: request.getVariablesMap().get('kubernetes:config:context'),
      })
      verbs = new ProviderVerbs(access && new Api(access), folder)
      const response = new provider.ConfigureResponse()
      response.setSupportspreview(true)
      return response
    }),
    check: unary((request: provider.CheckRequest) => accepted(request)),
    diff: unary((request: provider.DiffRequest) => difference(request)),
    create: unary((request: provider.CreateRequest) => {
      if (!request.getPreview()) onChange(request.getUrn())
      return create(verbs, request, upserts())
    }),
    read: unary((request: provider.ReadRequest) => read(verbs, request)),
    update: unary((request: provider.UpdateRequest) => {
      if (!request.getPreview()) onChange(request.getUrn())
      return update(verbs, request)
    }),
    delete: unary(async (request: provider.DeleteRequest) => {
      onChange(request.getUrn())
      await verbs.remove(objectOf(request.getUrn(), fromStruct(request.getProperties())))
      return new Empty()
    }),
  })
}

function accepted(request: provider.CheckRequest): provider.CheckResponse {
  const response = new provider.CheckResponse()
  response.setInputs(request.getNews())
  return response
}

/** What makes another object of it. */
const identity = ['apiVersion', 'kind', 'name', 'namespace']

function difference(request: provider.DiffRequest): provider.DiffResponse {
  const olds = fromStruct(request.getOldInputs())
  const news = fromStruct(request.getNews())
  const different = (a: JsonObject, b: JsonObject) =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
      key => canonicalJson(a[key] ?? null) !== canonicalJson(b[key] ?? null),
    )
  const metadata = different((olds.metadata ?? {}) as JsonObject, (news.metadata ?? {}) as JsonObject)
  const fields = different(olds, news)
  const response = new provider.DiffResponse()
  const changed = fields.length > 0
  response.setChanges(
    changed ? provider.DiffResponse.DiffChanges.DIFF_SOME : provider.DiffResponse.DiffChanges.DIFF_NONE,
  )
  response.setDiffsList(fields)
  response.setReplacesList([
    ...fields.filter(field => identity.includes(field)),
    ...metadata.filter(field => identity.includes(field)).map(field => `metadata.${field}`),
  ])
  return response
}

async function create(
  verbs: ProviderVerbs,
  request: provider.CreateRequest,
  upsert: boolean,
): Promise<provider.CreateResponse> {
  const inputs = fromStruct(request.getProperties())
  const response = new provider.CreateResponse()
  if (isUnknown(inputs)) {
    response.setProperties(toStruct(inputs))
    return response
  }
  const object = objectOf(request.getUrn(), inputs)
  const dryRun = request.getPreview()
  const live = await (upsert ? verbs.update(object, { dryRun }) : verbs.create(object, { dryRun }))
  response.setProperties(toStruct(live as JsonObject))
  if (!dryRun) response.setId(idOf(object))
  return response
}

async function update(verbs: ProviderVerbs, request: provider.UpdateRequest): Promise<provider.UpdateResponse> {
  const inputs = fromStruct(request.getNews())
  const response = new provider.UpdateResponse()
  const live = isUnknown(inputs)
    ? inputs
    : await verbs.update(objectOf(request.getUrn(), inputs), { dryRun: request.getPreview() })
  response.setProperties(toStruct(live as JsonObject))
  return response
}

/** No id is: not there. */
async function read(verbs: ProviderVerbs, request: provider.ReadRequest): Promise<provider.ReadResponse> {
  const inputs = fromStruct(request.getInputs())
  const response = new provider.ReadResponse()
  const live = await verbs.read(objectOf(request.getUrn(), fromStruct(request.getProperties())))
  if (!live) return response
  response.setId(request.getId())
  response.setProperties(toStruct(live as unknown as JsonObject))
  response.setInputs(toStruct(pruned(live as unknown as JsonObject, inputs) as JsonObject))
  return response
}

function isUnknown(inputs: JsonObject): boolean {
  return JSON.stringify(inputs).includes(unknownValue)
}
