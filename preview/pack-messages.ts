import * as analyzer from '@pulumi/pulumi/proto/analyzer_pb'
import type { Recorded } from './recorded'
import { toStruct } from './sdk'
import { forPolicies, isJsonObject, type Json, type JsonObject } from './wire'

/** A resource as rules see it. Only these four must be given; the rest are resource options and what links resources. */
export type PolicyResource = Pick<Recorded, 'urn' | 'type' | 'name' | 'inputs'> &
  Partial<Recorded> & {
    /** The explicit provider that manages it. */
    readonly providerResource?: Pick<Recorded, 'urn' | 'type' | 'name' | 'inputs'>
  }

/** The resources with their providers looked up, as the engine hands them to a pack. */
export function withProviders(resources: readonly Recorded[]): readonly PolicyResource[] {
  const byUrn = new Map(resources.map(resource => [resource.urn, resource]))
  return resources.map(resource => {
    // `<urn>::<id>`, and a URN has `::` in itself.
    const providerResource = byUrn.get(resource.provider.slice(0, resource.provider.lastIndexOf('::')))
    return providerResource === undefined ? resource : { ...resource, providerResource }
  })
}

/** The question about one resource. */
export function analyzeRequest(resource: PolicyResource): analyzer.AnalyzeRequest {
  const request = new analyzer.AnalyzeRequest()
  request.setType(resource.type).setName(resource.name).setUrn(resource.urn)
  request.setProperties(toStruct(properties(resource.inputs))).setOptions(options(resource))
  return request.setProvider(provider(resource))
}

/** The question about all of them. */
export function stackRequest(resources: readonly PolicyResource[]): analyzer.AnalyzeStackRequest {
  return new analyzer.AnalyzeStackRequest().setResourcesList(resources.map(stackResource))
}

function stackResource(resource: PolicyResource): analyzer.AnalyzerResource {
  const message = new analyzer.AnalyzerResource()
  message.setType(resource.type).setName(resource.name).setUrn(resource.urn)
  message.setProperties(toStruct(properties(resource.inputs))).setOptions(options(resource))
  message.setProvider(provider(resource)).setParent(resource.parent ?? '')
  message.setDependenciesList([...(resource.dependencies ?? [])])
  for (const [key, urns] of Object.entries(resource.propertyDependencies ?? {})) {
    message.getPropertydependenciesMap().set(key, new analyzer.AnalyzerPropertyDependencies().setUrnsList([...urns]))
  }
  return message
}

function properties(inputs: JsonObject): JsonObject {
  const value: Json = forPolicies(inputs)
  return isJsonObject(value) ? value : {}
}

function options(resource: PolicyResource): analyzer.AnalyzerResourceOptions {
  const message = new analyzer.AnalyzerResourceOptions()
  message.setProtect(resource.protect ?? false).setParent(resource.parent ?? '')
  message.setIgnorechangesList([...(resource.ignoreChanges ?? [])])
  message.setAdditionalsecretoutputsList([...(resource.additionalSecretOutputs ?? [])])
  message.setAliasesList([...(resource.aliases ?? [])])
  message.setDeletebeforereplacedefined(resource.deleteBeforeReplace !== undefined)
  return message.setDeletebeforereplace(resource.deleteBeforeReplace ?? false)
}

function provider({ providerResource }: PolicyResource): analyzer.AnalyzerProviderResource | undefined {
  if (!providerResource) return undefined
  const message = new analyzer.AnalyzerProviderResource()
  message.setType(providerResource.type).setName(providerResource.name).setUrn(providerResource.urn)
  return message.setProperties(toStruct(properties(providerResource.inputs)))
}
