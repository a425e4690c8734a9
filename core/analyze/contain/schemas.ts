/*
 * The JSON Schemas of the files of `ztm contain`, for editors. What is read is checked by `parseBaseline` and `parseWaivers`; a test holds both to one opinion.
 */

import { label } from './narrowed'
import { attributeNames } from './region-form'

const draft = 'http://json-schema.org/draft-07/schema#'

const words = {
  anyOf: [
    { type: ['string', 'null'] },
    { type: 'array', items: { type: ['string', 'null'] }, description: 'Any of these; `null`: not carried at all.' },
  ],
}

function only(key: string, description: string, value: object = { type: 'string' }): object {
  const properties = { [key]: value }
  return { type: 'object', description, properties, required: [key], additionalProperties: false }
}

const values = {
  anyOf: [
    ...words.anyOf,
    only('not', 'All but these.', { $ref: '#/definitions/values' }),
    only('starts', 'Whatever begins so.'),
    only('ends', 'Whatever ends so.'),
    {
      type: 'object',
      description: 'What a regular expression matches as a whole, but for these words.',
      properties: { like: { type: 'string' }, but: words.anyOf[1] },
      required: ['like'],
      additionalProperties: false,
    },
    only('automaton', 'What no short expression says.'),
  ],
}

const requests = {
  type: 'array',
  description: 'Requests that any of the entries takes in; of each all attributes must be as it says.',
  items: {
    type: 'object',
    patternProperties: { [attributeNames]: { $ref: '#/definitions/values' } },
    additionalProperties: false,
  },
}

function places(pattern: string, description: string): object {
  return { type: 'object', description, patternProperties: { [pattern]: requests }, additionalProperties: false }
}

const demands = { type: 'object', additionalProperties: { $ref: '#/definitions/values' } }

const asked = {
  type: 'object',
  description: 'The values that labels may have; `null` among them where one may be missing.',
  properties: { namespace: { type: 'string' }, pods: demands, namespaces: demands },
  required: ['namespace'],
  additionalProperties: false,
}

const port = '(?:any|\\d{1,5}(?:-\\d{1,5})?(?:,\\d{1,5}(?:-\\d{1,5})?)*)'

/** The schema of a baseline. */
export function baselineJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: draft,
    $id: 'urn:zero-trust-mesh:baseline:3',
    title: 'Baseline of reach',
    description: 'What somebody could reach when it was reviewed. Written by `ztm contain --update`, not by hand.',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      version: { const: 3 },
      floor: { type: 'array', items: { type: 'string' }, description: 'What data planes leave open by themselves.' },
      pods: {
        type: 'object',
        description: 'Pods as NetworkPolicies told them apart.',
        properties: {
          asked: { type: 'array', items: asked, description: 'What policies asked of those who call.' },
          names: { type: 'array', items: { type: 'string' }, description: 'The values of `pod`.' },
        },
        additionalProperties: false,
      },
      reach: places(
        '^[^/ ]+/[^/ ]+:(?:\\d+|other)(?: → .+)?$',
        'By `namespace/workload:port`, and of what gateways send on by where that goes.',
      ),
      leaving: places(
        `^[^/ ]+/[^/ ]+ → outside:${port}(?: round its proxy)?$`,
        'What may leave the mesh, by workload and ports.',
      ),
    },
    required: ['version', 'reach', 'leaving'],
    additionalProperties: false,
    definitions: { values },
  }
}

const text = { type: 'string', pattern: '\\S' }

function oneOrMore(item: object, description: string): object {
  return { description, anyOf: [item, { type: 'array', items: item, minItems: 1 }] }
}

const waiver = {
  type: 'object',
  properties: {
    owner: { ...text, description: 'Who answers for it.' },
    reason: { ...text, description: 'Why it may be.' },
    expires: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'The last day on which it holds.' },
    admits: oneOrMore(
      { type: 'string', pattern: '(?:→|->)' },
      'Flows: `shop/desk → shop/cart:7070 GET /items/*`, `shop/cart → external api.example.com:443`.',
    ),
    hosts: oneOrMore(
      { type: 'string', pattern: label.source },
      'The hosts that are asked for, in lower case; any where left out.',
    ),
    headers: {
      type: 'object',
      description: 'Headers that requests carry, by their names in lower case, and their values; `*` for any value.',
      propertyNames: { pattern: "^(?!host$)[a-z0-9!#$%&'*+.^_`|~-]+$" },
      additionalProperties: oneOrMore({ type: 'string' }, 'Any of these values.'),
    },
  },
  required: ['owner', 'reason', 'expires', 'admits'],
  additionalProperties: false,
}

/** The schema of a file of waivers. */
export function waiversJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: draft,
    $id: 'urn:zero-trust-mesh:waivers:1',
    title: 'Waivers of a baseline',
    description: 'What may grow beyond a baseline, who answers for it, why, and until when.',
    type: 'object',
    properties: { $schema: { type: 'string' }, waivers: { type: 'array', items: waiver } },
    required: ['waivers'],
    additionalProperties: false,
  }
}
