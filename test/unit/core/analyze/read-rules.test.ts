import assert from 'node:assert/strict'
import { inNamespace, readAll, type Json } from './objects'

const codes = (objects: readonly unknown[]) => readAll(objects).problems.map(({ code }) => code)

describe('what Istio would refuse in a rule', () => {
  const source = (fields: Json) => ({ from: [{ source: fields }] })
  const operation = (fields: Json) => ({ to: [{ operation: fields }] })
  const when = (fields: Json) => ({ when: [fields] })

  const refused: Readonly<Record<string, Json>> = {
    'an empty from, which would mean anyone': { from: [] },
    'an empty to, which would mean anything': { to: [] },
    'an empty source': source({}),
    'a source whose lists are empty': source({ principals: [] }),
    'an entry without a source': { from: [{}] },
    'an empty operation': operation({}),
    'a rule that is nothing': { rules: null },
    'an empty principal': source({ principals: [''] }),
    'an address that is none': source({ ipBlocks: ['10.0.0.0/33'] }),
    'an address with leading zeros': source({ ipBlocks: ['10.0.00.1'] }),
    'a ServiceAccount with a wildcard': source({ serviceAccounts: ['shop/*'] }),
    'a ServiceAccount of three parts': source({ serviceAccounts: ['a/b/c'] }),
    'ServiceAccounts beside namespaces': source({ serviceAccounts: ['a'], namespaces: ['b'] }),
    'more than sixteen ServiceAccounts': source({ serviceAccounts: Array.from({ length: 17 }, (_, i) => `s${i}`) }),
    'a trust domain with a slash': source({ trustDomains: ['a/b'] }),
    'a trust domain with two wildcards': source({ trustDomains: ['*a*'] }),
    'a port that is none': operation({ ports: ['http'] }),
    'a port beyond all ports': operation({ notPorts: ['65536'] }),
    'a template operator within a segment': operation({ paths: ['/a{*}'] }),
    'an operator after the rest': operation({ paths: ['/{**}/{*}'] }),
    'a template without a slash at its start': operation({ paths: ['{*}/a'] }),
    'a template that ends in two slashes': operation({ paths: ['/{*}//'] }),
    'a brace without an operator': operation({ paths: ['/{id}'] }),
    'a condition without values': when({ key: 'source.ip' }),
    'an unknown condition': when({ key: 'source.labels[app]', values: ['x'] }),
    'a header condition without a header': when({ key: 'request.headers', values: ['x'] }),
    'a condition whose address is none': when({ key: 'source.ip', values: ['x'] }),
  }

  for (const [name, rule] of Object.entries(refused)) {
    it(`is told, and makes the rule unreadable: ${name}`, () => {
      const rules = 'rules' in rule ? [null] : [rule]
      const { layer, problems } = readAll([inNamespace('AuthorizationPolicy', 'shop/cart', { rules })])
      assert.ok(problems.length > 0)
      assert.deepEqual(layer.authorizationPolicies[0]?.rules, [{ kind: 'unreadable' }])
    })
  }

  it('is nothing in a rule as it should be', () => {
    const rule = {
      ...source({ principals: ['a*', '*b', '*'], ipBlocks: ['10.0.0.1', '2001:db8::/32'], trustDomains: ['*.org'] }),
      ...operation({ paths: ['/a/{*}/{**}', '/b*', '*'], ports: ['0', '65535'] }),
      when: [
        { key: 'request.auth.claims[a][b]', values: ['*'] },
        { key: 'experimental.envoy.filters.x[y]', notValues: ['z'] },
      ],
    }
    assert.deepEqual(codes([inNamespace('AuthorizationPolicy', 'shop/cart', { rules: [rule, {}] })]), [])
  })
})
