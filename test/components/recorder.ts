import * as pulumi from '@pulumi/pulumi'
import type { RegisterResourceRequest } from '@pulumi/pulumi/proto/resource_pb'
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks'

/** Whatever JSON holds; a test says what it expects of it. */
type Json = ReturnType<typeof JSON.parse>

/** A registration as the SDK sent it. */
export interface Registered {
  readonly type: string
  readonly name: string
  /** The parent's name; empty at the top. */
  readonly parent: string
  /** Names of what it depends on, explicitly or by its inputs. */
  readonly dependsOn: readonly string[]
  /** The inputs in the form of the wire: secrets and unknowns are visible. */
  readonly inputs: Json
  readonly provider: string
  readonly custom: boolean
  readonly transforms: number
  readonly retainOnDelete: boolean
  readonly protect: boolean
}

export interface Recording {
  readonly all: readonly Registered[]
  /** What was warned of. */
  readonly warnings: readonly string[]
  /** Those of one type, or with one name. */
  ofType(type: string): readonly Registered[]
  named(name: string): Registered
}

export interface Circumstances {
  /** @default false */
  readonly preview?: boolean
  readonly config?: Readonly<Record<string, string>>
  readonly secretKeys?: readonly string[]
}

/** Runs a piece of a program under Pulumi's mocks and gives back what it registered, also where it throws later. */
export async function record(run: () => unknown, circumstances: Circumstances = {}): Promise<Recording> {
  const all: Registered[] = []
  await pulumi.runtime.setMocks(mocks, 'zero-trust-mesh', 'test', circumstances.preview ?? false, 'organization')
  const config = Object.entries(circumstances.config ?? {}).map(([key, value]) => [`zero-trust-mesh:${key}`, value])
  pulumi.runtime.setAllConfig(Object.fromEntries(config), [...(circumstances.secretKeys ?? [])])
  const warnings: string[] = []
  const { warn } = console
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the monitor as its `this` below
  const original = MockMonitor.prototype.registerResource
  MockMonitor.prototype.registerResource = async function (request: RegisterResourceRequest, reply: Json) {
    all.push(read(request))
    return original.call(this, request, reply)
  }
  // Without an engine the SDK warns on the console.
  console.warn = (text: unknown) => void warnings.push(String(text))
  try {
    run()
    // Not in the SDK's types, but what its own mocks are waited for with.
    await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs()
  } finally {
    MockMonitor.prototype.registerResource = original
    console.warn = warn
  }
  return {
    all,
    warnings,
    ofType: type => all.filter(one => one.type === type),
    named: name => {
      const found = all.find(one => one.name === name)
      if (!found) throw new Error(`nothing is called ${name}; there are ${all.map(one => one.name).join(', ')}`)
      return found
    },
  }
}

/** All that a resource waits for, and what that waits for in turn. */
export function allBefore(recording: Recording, name: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (of: string): void => {
    for (const before of recording.named(of).dependsOn.filter(one => !found.has(one))) {
      found.add(before)
      visit(before)
    }
  }
  visit(name)
  return found
}

const mocks: pulumi.runtime.Mocks = {
  // Like an engine: in a preview nothing has an id yet.
  newResource: ({ name, inputs }) => ({ id: pulumi.runtime.isDryRun() ? undefined : `${name}-id`, state: inputs }),
  call: ({ inputs }) => inputs,
}

function read(request: RegisterResourceRequest): Registered {
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    dependsOn: request.getDependenciesList().map(nameOf),
    inputs: request.getObject()?.toJavaScript() ?? {},
    provider: request.getProvider(),
    custom: request.getCustom(),
    transforms: request.getTransformsList().length,
    retainOnDelete: request.getRetainondelete() === true,
    protect: request.getProtect() === true,
  }
}

function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::')
}

/** The same function, which runs once for equal arguments: a registration takes the SDK several milliseconds. */
export function once<Args extends readonly unknown[], T>(run: (...args: Args) => Promise<T>): typeof run {
  const known = new Map<string, Promise<T>>()
  return (...args) => {
    const key = JSON.stringify(args)
    const result = known.get(key) ?? run(...args)
    known.set(key, result)
    return result
  }
}
