import assert from 'node:assert/strict'
import { Callback } from '@pulumi/pulumi/proto/callback_pb'
import * as resource from '@pulumi/pulumi/proto/resource_pb'
import { PreviewMonitor } from '../../../preview/monitor'
import { fromStruct, toStruct } from '../../../preview/sdk'
import { type JsonObject, secretSignature, signatureKey, unknownValue } from '../../../preview/wire'

interface Given {
  readonly type: string
  readonly name: string
  readonly parent?: string
  readonly custom?: boolean
  readonly remote?: boolean
  readonly inputs?: JsonObject
}

function requestFor({ type, name, parent = '', custom = true, remote = false, inputs = {} }: Given) {
  const request = new resource.RegisterResourceRequest()
  request.setType(type).setName(name).setParent(parent).setCustom(custom).setRemote(remote)
  return request.setObject(toStruct(inputs))
}

/** What the program gets back. */
async function register(monitor: PreviewMonitor, request: resource.RegisterResourceRequest) {
  const response = await new Promise<resource.RegisterResourceResponse>((resolve, reject) => {
    void monitor.registerResource(request, (error, reply) =>
      reply ? resolve(reply) : reject(new Error(error?.details ?? 'no reply')),
    )
  })
  return { urn: response.getUrn(), id: response.getId(), outputs: fromStruct(response.getObject()) }
}

const secret = (value: JsonObject) => ({ [signatureKey]: secretSignature, value })

describe('the monitor of the preview', () => {
  const monitorOf = () => new PreviewMonitor('project', 'dev')

  it('gives URNs with the types of all parents but the stack', async () => {
    const monitor = monitorOf()
    const stack = await register(
      monitor,
      requestFor({ type: 'pulumi:pulumi:Stack', name: 'project-dev', custom: false }),
    )
    const a = await register(monitor, requestFor({ type: 'a:b:C', name: 'c', parent: stack.urn, custom: false }))
    const d = await register(monitor, requestFor({ type: 'd:e:F', name: 'f', parent: a.urn, custom: false }))
    const g = await register(monitor, requestFor({ type: 'g:h:I', name: 'i', parent: d.urn }))
    assert.deepEqual(
      [stack.urn, a.urn, g.urn],
      [
        'urn:pulumi:dev::project::pulumi:pulumi:Stack::project-dev',
        'urn:pulumi:dev::project::a:b:C::c',
        'urn:pulumi:dev::project::a:b:C$d:e:F$g:h:I::i',
      ],
    )
  })

  it('records a registration as it was sent, with secrets and unknowns still marked', async () => {
    const monitor = monitorOf()
    const inputs = { apiVersion: 'v1', kind: 'Secret', stringData: secret({ a: 'hunter2' }), data: { b: unknownValue } }
    const request = requestFor({ type: 'kubernetes:core/v1:Secret', name: 's', inputs })
    request.setProtect(true).setProvider('urn:p::id').setDependenciesList(['urn:d']).setIgnorechangesList(['spec'])
    request.setDeletebeforereplace(true).setDeletebeforereplacedefined(true)
    request
      .getPropertydependenciesMap()
      .set('data', new resource.RegisterResourceRequest.PropertyDependencies().setUrnsList(['urn:d']))
    await register(monitor, request)
    assert.deepEqual(monitor.recording.resources, [
      {
        urn: 'urn:pulumi:dev::project::kubernetes:core/v1:Secret::s',
        type: 'kubernetes:core/v1:Secret',
        name: 's',
        parent: '',
        custom: true,
        remote: false,
        provider: 'urn:p::id',
        dependencies: ['urn:d'],
        propertyDependencies: { data: ['urn:d'] },
        protect: true,
        ignoreChanges: ['spec'],
        additionalSecretOutputs: [],
        aliases: [],
        deleteBeforeReplace: true,
        transforms: 0,
        inputs,
      },
    ])
  })

  it('answers with the unknown for what a server fills in, and with no id', async () => {
    const inputs = { metadata: { name: 'x', uid: 'mine' }, spec: { clusterIP: 'None' } }
    const { id, outputs } = await register(
      monitorOf(),
      requestFor({ type: 'kubernetes:core/v1:Service', name: 's', inputs }),
    )
    assert.equal(id, '')
    assert.deepEqual(outputs.metadata, {
      name: 'x',
      uid: 'mine',
      resourceVersion: unknownValue,
      generation: unknownValue,
      creationTimestamp: unknownValue,
      selfLink: unknownValue,
    })
    const { clusterIP, clusterIPs } = outputs.spec as JsonObject
    assert.deepEqual([clusterIP, clusterIPs], ['None', unknownValue])
  })

  it('keeps metadata secret that was given as a secret', async () => {
    const inputs = { metadata: secret({ name: 'x' }) }
    const { outputs } = await register(
      monitorOf(),
      requestFor({ type: 'kubernetes:core/v1:ConfigMap', name: 'c', inputs }),
    )
    const { [signatureKey]: mark, value } = outputs.metadata as JsonObject
    assert.equal(mark, secretSignature)
    assert.equal((value as JsonObject).uid, unknownValue)
  })

  it('does not know the name of an object that was given none', async () => {
    const { outputs } = await register(monitorOf(), requestFor({ type: 'kubernetes:core/v1:ConfigMap', name: 'c' }))
    assert.equal((outputs.metadata as JsonObject).name, unknownValue)
  })

  it('leaves the outputs of other packages to the SDK, which takes what is missing for unknown', async () => {
    const { outputs } = await register(
      monitorOf(),
      requestFor({ type: 'random:index:Id', name: 'i', inputs: { length: 3 } }),
    )
    assert.deepEqual(outputs, { length: 3 })
  })

  it('notes what only an engine could do', async () => {
    const monitor = monitorOf()
    await register(monitor, requestFor({ type: 'a:b:C', name: 'remote', custom: false, remote: true }))
    const transformed = requestFor({ type: 'a:b:D', name: 'transformed' })
    transformed.setTransformsList([new Callback()])
    await register(monitor, transformed)
    await monitor.invoke(new resource.ResourceInvokeRequest().setTok('aws:index:getRegion'), () => undefined)
    monitor.call(new resource.ResourceCallRequest().setTok('a:b:C/method'), () => undefined)
    await monitor.readResource(
      new resource.ReadResourceRequest().setType('a:b:E').setName('there').setId('7'),
      () => undefined,
    )
    monitor.registerStackTransform({}, () => undefined)
    assert.deepEqual(
      monitor.recording.notJudged.map(({ what, at }) => `${what} ${at}`),
      [
        'remote urn:pulumi:dev::project::a:b:C::remote',
        'transform urn:pulumi:dev::project::a:b:D::transformed',
        'invoke aws:index:getRegion',
        'call a:b:C/method',
        'read urn:pulumi:dev::project::a:b:E::there',
        'transform project-dev',
      ],
    )
  })

  it('keeps the outputs of the stack, and not those of components', async () => {
    const monitor = monitorOf()
    const { urn } = await register(
      monitor,
      requestFor({ type: 'pulumi:pulumi:Stack', name: 'project-dev', custom: false }),
    )
    const outputs = (of: string, value: JsonObject) =>
      new resource.RegisterResourceOutputsRequest().setUrn(of).setOutputs(toStruct(value))
    monitor.registerResourceOutputs(outputs(urn, { a: 1 }), () => undefined)
    monitor.registerResourceOutputs(outputs('urn:other', { b: 1 }), () => undefined)
    assert.deepEqual(monitor.recording.outputs, { a: 1 })
  })

  it('refuses what the engine would: two resources with one URN', async () => {
    const monitor = monitorOf()
    await register(monitor, requestFor({ type: 'a:b:C', name: 'x' }))
    await register(monitor, requestFor({ type: 'a:b:C', name: 'x' }))
    assert.deepEqual(
      monitor.problems.map(({ code, at }) => [code, at]),
      [['duplicate-urn', 'urn:pulumi:dev::project::a:b:C::x']],
    )
  })
})
