import assert from 'node:assert/strict'
import { parse, parseAllDocuments } from 'yaml'
import type { Problem } from '../../../../core/model/problem'
import type { Intent } from '../../../../core/model/intent'
import { findingsMarkdown, renderFindings } from '../../../../core/report/findings'
import type { FindingGroup } from '../../../../core/report/findings'
import { canonicalJson } from '../../../../core/model/canonical'
import { mermaid } from '../../../../core/report/mermaid'
import { renderProblems } from '../../../../core/report/problems'
import { reachMarkdown, renderReach } from '../../../../core/report/reach'
import type { ReachLine } from '../../../../core/report/reach'
import { renderObjects, renderYaml } from '../../../../core/report/yaml'

describe('manifests as YAML', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }

  it('stand each under the flows that justify them', () => {
    const text = renderYaml([{ object, because: ['a → b', 'c → d'] }])
    assert.equal(text, '---\n# because a → b\n#         c → d\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n')
  })

  it('hold nothing that a reason smuggles in', () => {
    const text = renderYaml([{ object, because: ['a → b\nspec: evil', 'c\u2028kind: evil'] }])
    assert.deepEqual(parse(text), object)
  })

  it('quote what YAML 1.1 would read as something else than text', () => {
    const data = { a: 'yes', b: 'on', c: '1e3', d: '12:30:45', e: '010', f: '~', g: '2024-01-01', h: '8080', i: '*' }
    const text = renderObjects([{ ...object, data }])
    const [document] = parseAllDocuments(text, { version: '1.1' })
    assert.deepEqual((document?.toJS() as { data: unknown }).data, data)
  })

  it('begin with apiVersion, kind and metadata', () => {
    const text = renderObjects([{ spec: {}, metadata: { name: 'a' }, kind: 'X', apiVersion: 'v1' }])
    assert.deepEqual(text.match(/^\w+/gm), ['apiVersion', 'kind', 'metadata', 'spec'])
  })

  it('write a value that stands twice out twice, without anchors', () => {
    const labels = { app: 'a' }
    assert.doesNotMatch(renderObjects([{ ...object, spec: { a: labels, b: labels } }]), /[&*]/)
  })
})

describe('canonical JSON', () => {
  it('does not depend on the order of keys, but on that of lists', () => {
    assert.equal(canonicalJson({ b: [1, { d: 1, c: undefined }], a: null }), '{"a":null,"b":[1,{"d":1}]}')
    assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]))
  })
})

describe('problems', () => {
  const problem = (severity: Problem['severity'], at: string, hint?: string): Problem => ({
    code: 'c',
    severity,
    at,
    message: 'wrong',
    ...(hint ? { hint } : {}),
  })

  it('are printed with place and hint, errors first, and counted', () => {
    const text = renderProblems([problem('delegated', 'b'), problem('error', 'a', 'do it')])
    assert.equal(text, 'a: wrong\n  hint: do it\nb: delegated: wrong\n2 problems\n')
  })

  it('are counted rather than shown where there are more than anybody reads', () => {
    const lines = renderProblems(Array.from({ length: 5000 }, (_, i) => problem('error', `at ${i}`))).split('\n')
    assert.ok(lines.length < 300)
    assert.ok(lines.includes('5000 problems'))
    assert.ok(lines.includes('… and 4800 more problems'))
  })
})

describe('findings', () => {
  const group = (rule: string, severity: FindingGroup['severity']): FindingGroup => ({
    rule,
    severity,
    why: 'why',
    fix: 'fix',
    findings: [{ at: 'a.yaml:1', resource: 'Pod a', path: 'spec', message: 'wrong' }],
  })

  it('come most severe rule first, with what to do', () => {
    const text = renderFindings([group('minor', 'low'), group('major', 'critical')], 5)
    assert.ok(text.indexOf('critical major') < text.indexOf('low minor'))
    assert.ok(text.includes('  a.yaml:1: Pod a spec: wrong\n  fix: fix'))
    assert.ok(text.endsWith('2 findings of 2 rules, 3 rules clean\n'))
  })

  it('say so where there are none', () => {
    assert.equal(renderFindings([], 5), 'no findings, 5 rules\n')
    assert.match(findingsMarkdown([], 5), /no findings, 5 rules/)
  })
})

describe('reach', () => {
  const line = (callee: string, openness: ReachLine['openness'], callers = 'x'): ReachLine => ({
    callee,
    callers,
    who: [callers],
    requests: 'any request',
    bound: 'certain',
    openness,
  })

  it('shows what is open to callers without identity first', () => {
    const text = renderReach({
      lines: [line('shop/a:1', 'named'), line('shop/b:2', 'mesh'), line('shop/c:3', 'anonymous')],
      closed: [],
      floor: ['f'],
    })
    const places = ['shop/c:3', 'shop/b:2', 'shop/a:1', 'the floor'].map(part => text.indexOf(part))
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    )
    assert.ok(places.every(place => place >= 0))
    assert.match(text, /3 open ports: 1 to callers without identity, 1 to more than named callers/)
  })

  it('joins ports that are open alike, and no others', () => {
    const text = renderReach({
      lines: [
        line('shop/a:1', 'named'),
        line('shop/a:2', 'named'),
        line('shop/a:3', 'named', 'y'),
        line('shop/b:1', 'named'),
      ],
      closed: [],
      floor: [],
    })
    assert.deepEqual(text.match(/^ {2}shop.*$/gm), ['  shop/a:1,2, shop/b:1', '  shop/a:3'])
  })

  it('says of a closed workload only that it is closed, and names single closed ports of an open one', () => {
    const text = renderReach({
      lines: [line('shop/a:other', 'mesh')],
      closed: ['shop/a:1', 'shop/b:1', 'shop/b:other'],
      floor: [],
    })
    assert.ok(text.includes('  shop/a:1\n  every port not listed above of shop/b\n'))
  })

  it('cannot break out of a Markdown table', () => {
    const text = reachMarkdown({ lines: [line('shop/a:1', 'named', 'a|b`c')], closed: [], floor: [] })
    assert.ok(text.includes("| `shop/a:1` | `a\\|b'c` | `any request` | certain |"))
  })
})

describe('the picture of an intent', () => {
  const workload = (service: string) =>
    ({ kind: 'workload', service, namespace: 'shop', serviceAccount: service }) as const
  const intent: Intent = {
    version: 1,
    governed: [{ service: 'cart', namespace: 'shop', serviceAccount: 'cart', labels: {}, ports: [] }],
    flows: [
      {
        text: 'kubelet → shop/cart:7070 GET / (probe)',
        from: { kind: 'kubelet' },
        to: { ...workload('cart'), port: 7070 },
      },
      {
        text: 'a',
        from: workload('frontend'),
        to: { ...workload('cart'), port: 7070 },
        http: { methods: ['GET'], path: '/a' },
      },
      {
        text: 'b',
        from: workload('frontend'),
        to: { ...workload('cart'), port: 7070 },
        http: { methods: ['GET'], path: '/b' },
      },
      {
        text: 'c',
        from: { kind: 'outside', name: 'a"]; b', cidrs: [] },
        to: { kind: 'external', name: 's', host: 'api.example.com', port: 443 },
      },
    ],
  }

  it('has a box a namespace and one arrow a caller and port', () => {
    assert.deepEqual(mermaid(intent).split('\n'), [
      'flowchart LR',
      '  n0(["a#34;#93;#59; b"])',
      '  n1(["api.example.com"])',
      '  subgraph g1["shop"]',
      '    n2["cart"]',
      '    n3["frontend"]',
      '  end',
      '  n3 -->|"7070"| n2',
      '  n0 -->|"443 tcp"| n1',
      '',
    ])
  })
})
