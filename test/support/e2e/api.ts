import { Agent, request } from 'node:https'
import type { KubernetesObject } from '../../../core/model/manifest'
import { objectName } from '../../../core/model/manifest'

/** How an API server is spoken to. */
export interface Access {
  readonly url: string
  /** Its certificate, which is its own authority, in PEM. */
  readonly ca: string
  readonly token: string
}

/** What an API server says no to, with its own words and the object's name. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** An object as the server has it. */
export interface LiveObject extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly uid: string
    readonly resourceVersion: string
    readonly deletionTimestamp?: string
    readonly finalizers?: readonly string[]
  }
}

/** How an object is applied. */
export interface ApplyOptions {
  /** Ask the server, and change nothing. */
  readonly dryRun?: boolean
  /** Who owns the fields. */
  readonly manager?: string
}

interface Question {
  readonly method: 'GET' | 'PATCH' | 'PUT' | 'DELETE'
  readonly path: string
  /** Text is YAML, and sent as it is. */
  readonly body?: unknown
  readonly type?: string
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

interface Resource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

/** The Kubernetes API, as little of it as tests need. */
export class Api {
  private readonly agent: Agent
  private readonly groups = new Map<string, Promise<readonly Resource[]>>()

  constructor(private readonly access: Access) {
    this.agent = new Agent({ keepAlive: true, ca: access.ca })
  }

  /**
   * Applies an object on the server's side, with force. A field that the schema does not know is refused.
   *
   * @throws Refused
   */
  async apply(object: KubernetesObject, { dryRun = false, manager = 'e2e' }: ApplyOptions = {}): Promise<LiveObject> {
    const query = `fieldManager=${manager}&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`
    const path = `${await this.pathOf(object)}?${query}`
    return this.must(object, { method: 'PATCH', path, body: object, type: 'application/apply-patch+yaml' })
  }

  /** The object as the server has it, if it has it. */
  async read(object: KubernetesObject): Promise<LiveObject | undefined> {
    const { status, body } = await this.ask({ method: 'GET', path: await this.pathOf(object) })
    if (status === 404) return undefined
    return checked(object, { status, body })
  }

  /** Every object of a kind, of all namespaces. */
  async list(apiVersion: string, kind: string): Promise<readonly LiveObject[]> {
    const { name } = await this.resource(apiVersion, kind)
    return this.listAt(`${groupPath(apiVersion)}/${name}`)
  }

  /** Every object of a list, whose path is given; its kind, which a server leaves out there, is said. */
  async listAt(path: string): Promise<readonly LiveObject[]> {
    const { body } = await this.ask({ method: 'GET', path })
    const { apiVersion, kind, items = [] } = body as { apiVersion: string; kind: string; items?: LiveObject[] } // a list is what the path names
    return items.map(item => ({ ...item, apiVersion, kind: kind.replace(/List$/u, '') }))
  }

  /** The paths of all lists of what can be deleted, each kind in the version that its group prefers. */
  async listable(): Promise<readonly string[]> {
    const { body } = await this.ask({ method: 'GET', path: '/apis' })
    const { groups } = body as { groups: { preferredVersion: { groupVersion: string } }[] } // what that path answers
    const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]
    const each = await Promise.all(
      versions.map(async version => {
        const found = (await this.discover(version)).filter(({ verbs }) =>
          ['list', 'delete'].every(verb => verbs.includes(verb)),
        )
        return found.map(({ name }) => `${groupPath(version)}/${name}`)
      }),
    )
    return each.flat()
  }

  /** Deletes an object and waits until it is gone. A namespace is finished here, since no controller does it. */
  async remove(object: KubernetesObject): Promise<void> {
    const path = await this.pathOf(object)
    const { status, body } = await this.ask({ method: 'DELETE', path })
    if (status !== 404) checked(object, { status, body })
    // A CRD goes once the server has seen to its objects, which may take it a while where others run beside it.
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const live = await this.read(object)
      if (live === undefined) return
      if (live.kind === 'Namespace') {
        const finished = { ...live, spec: { finalizers: [] } }
        await this.ask({ method: 'PUT', path: `${path}/finalize`, body: finished })
      } else await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`${objectName(object)} was deleted and does not go`)
  }

  /** Where an object is. */
  async pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const { name, namespaced } = await this.resource(apiVersion, kind)
    const namespace = namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
    return `${groupPath(apiVersion)}${namespace}/${name}/${metadata.name}`
  }

  /** Asks, whatever the answer is; again where a connection that was kept had been closed meanwhile, since each question may be asked twice. */
  ask(question: Question): Promise<Answer> {
    const { url, token } = this.access
    const { method, path, body, type = 'application/json' } = question
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type }
      const asked = request(`${url}${path}`, { agent: this.agent, method, headers, timeout: 60_000 }, answer => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.once('error', reject)
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: valueOf(Buffer.concat(parts)) }))
      })
      asked.once('error', (error: NodeJS.ErrnoException) => {
        if (asked.reusedSocket && error.code === 'ECONNRESET') resolve(this.ask(question))
        else reject(error)
      })
      asked.once('timeout', () => asked.destroy(new Error(`no answer to ${method} ${path}`)))
      asked.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
  }

  private async must(object: KubernetesObject, question: Question): Promise<LiveObject> {
    return checked(object, await this.ask(question))
  }

  private async resource(apiVersion: string, kind: string): Promise<Resource> {
    const known = this.groups.get(apiVersion) ?? this.discover(apiVersion)
    this.groups.set(apiVersion, known)
    const found = (await known).find(resource => resource.kind === kind && !resource.name.includes('/'))
    if (found) return found
    this.groups.delete(apiVersion) // it may come
    throw new Refused(404, `the server knows no ${kind} of ${apiVersion}`)
  }

  private async discover(apiVersion: string): Promise<readonly Resource[]> {
    const { status, body } = await this.ask({ method: 'GET', path: groupPath(apiVersion) })
    return status === 200 ? (body as { resources: Resource[] }).resources : []
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

function valueOf(content: Buffer): unknown {
  const text = content.toString()
  try {
    return JSON.parse(text)
  } catch {
    return { message: text }
  }
}

function checked(object: KubernetesObject, { status, body }: Answer): LiveObject {
  if (status < 300) return body as LiveObject // what such an answer holds
  const { message } = body as { message?: string }
  throw new Refused(status, `${objectName(object)}: ${message ?? `status ${status}`}`)
}
