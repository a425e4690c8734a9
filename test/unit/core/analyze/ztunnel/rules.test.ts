import assert from 'node:assert/strict'
import { ambientJudge, ambientVerdict, from, to } from '../ambient-objects'
import { authorization, http, mesh, plaintext, pod, type Json } from '../objects'

/** The verdict under one policy whose only rule is this. */
const under = (action: 'ALLOW' | 'DENY', rule: Json, changes: Json = {}) =>
  ambientVerdict([authorization('shop/p', { action, rules: [rule] })], changes)

const web = { source: { namespaces: ['web'] } }
const deletes = { operation: { methods: ['DELETE'] } }
const at8080 = { operation: { ports: ['8080'] } }
const at8080Delete = { operation: { ports: ['8080'], methods: ['DELETE'] } }

describe('what ztunnel makes of HTTP fields', () => {
  it('is nothing, in a DENY whose clause holds nothing else: the rule matches nobody', () => {
    assert.equal(under('DENY', { to: [deletes] }, http({ method: 'DELETE' })), 'allow')
    assert.equal(under('DENY', { from: [web], to: [deletes] }, http({ method: 'DELETE' })), 'allow')
    assert.equal(under('DENY', { from: [web], when: [{ key: 'request.headers[x]', values: ['a'] }] }), 'allow')
  })
  it('is nothing beside a port in the same operation, so that a DENY denies more', () => {
    assert.equal(under('DENY', { to: [at8080Delete] }), 'deny')
    assert.equal(under('DENY', { to: [at8080Delete] }, to({ port: 9090 })), 'allow')
    assert.equal(under('DENY', { from: [{ source: { namespaces: ['web'], requestPrincipals: ['*'] } }] }), 'deny')
  })
  it('leaves the other operations of a DENY as they are', () => {
    assert.equal(under('DENY', { to: [deletes, at8080] }), 'deny')
    assert.equal(
      under('DENY', { to: [deletes, at8080] }, { ...to({ port: 9090 }), ...http({ method: 'DELETE' }) }),
      'allow',
    )
  })
  it('drops the whole rule of an ALLOW, and leaves the rules beside it', () => {
    assert.equal(under('ALLOW', { to: [{ operation: { methods: ['GET'] } }] }), 'deny')
    assert.equal(
      under('ALLOW', { from: [web], to: [{ operation: { methods: ['GET'], ports: ['8080'] } }, at8080] }),
      'deny',
    )
    const beside = authorization('shop/p', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }, { from: [web] }] })
    assert.deepEqual(ambientJudge([beside]), { verdict: 'allow', because: ['AuthorizationPolicy shop/p rules[1]'] })
  })
  it('is the same for what ztunnel could know, but istiod does not tell it', () => {
    for (const [key, value] of [
      ['connection.sni', '*'],
      ['source.serviceAccount', 'web/frontend'],
      ['source.trustDomain', 'cluster.local'],
      ['remote.ip', '0.0.0.0/0'],
    ]) {
      assert.equal(under('DENY', { when: [{ key, values: [value] }] }), 'allow', key)
      assert.equal(under('ALLOW', { when: [{ key, values: [value] }] }), 'deny', key)
    }
    assert.equal(under('DENY', { from: [{ source: { remoteIpBlocks: ['0.0.0.0/0'] } }] }), 'allow')
  })
})

describe('trust domains as a field, for ztunnel', () => {
  const other = (more: Json) => ({ from: [{ source: { trustDomains: ['other'], ...more } }] })

  it('are not there: beside another field they ask nothing, alone they match nobody', () => {
    assert.equal(under('ALLOW', other({ namespaces: ['web'] })), 'allow')
    assert.equal(under('ALLOW', other({})), 'deny')
    assert.equal(under('DENY', { from: [{ source: { trustDomains: ['cluster.local'] } }] }), 'allow')
  })
})

describe('a rule, for ztunnel', () => {
  it('matches all where it asks nothing, and a policy without rules matches nobody', () => {
    assert.equal(under('DENY', {}, plaintext), 'deny')
    assert.equal(under('ALLOW', {}, plaintext), 'allow')
    assert.equal(ambientVerdict([authorization('shop/p', {})]), 'deny')
  })
  it('asks for one of `from`, one of `to`, and all of `when`', () => {
    const rule = {
      from: [{ source: { namespaces: ['x'] } }, web],
      to: [{ operation: { ports: ['1'] } }, at8080],
      when: [{ key: 'source.principal', notValues: ['*/sa/backend'] }],
    }
    assert.equal(under('ALLOW', rule), 'allow')
    assert.equal(under('ALLOW', rule, from('web/backend')), 'deny')
    assert.equal(under('ALLOW', rule, from('pay/frontend')), 'deny')
    assert.equal(under('ALLOW', rule, to({ port: 2 })), 'deny')
  })
})

describe('who calls, for ztunnel', () => {
  const source = (fields: Json) => ({ from: [{ source: fields }] })

  it('is an account in the policy’s own namespace, where its name stands alone', () => {
    assert.equal(under('ALLOW', source({ serviceAccounts: ['frontend'] })), 'deny')
    assert.equal(under('ALLOW', source({ serviceAccounts: ['frontend'] }), from('shop/frontend')), 'allow')
    assert.equal(under('ALLOW', source({ serviceAccounts: ['web/frontend'] })), 'allow')
    const root = authorization('istio-system/p', { rules: [source({ serviceAccounts: ['frontend'] })] })
    assert.equal(ambientVerdict([root], from('shop/frontend')), 'deny')
    assert.equal(ambientVerdict([root], from('istio-system/frontend')), 'allow')
  })
  it('is refused in the handshake from any trust domain but the mesh’s, aliases included', () => {
    const aliased = mesh({ trustDomainAliases: ['old'] })
    const foreign = from('web/frontend', { trustDomain: 'old' })
    assert.deepEqual(ambientJudge([aliased], foreign), {
      verdict: 'deny',
      because: ['trust domain old is not accepted'],
    })
    assert.equal(ambientVerdict([aliased]), 'allow')
  })
  it('is not meant by `cluster.local` in a mesh of another trust domain', () => {
    const acme = mesh({ trustDomain: 'acme' })
    const policy = (domain: string) =>
      authorization('shop/p', { rules: [source({ principals: [`${domain}/ns/web/sa/frontend`] })] })
    const frontend = from('web/frontend', { trustDomain: 'acme' })
    assert.equal(ambientVerdict([acme, policy('cluster.local')], frontend), 'deny')
    assert.equal(ambientVerdict([acme, policy('acme')], frontend), 'allow')
  })
  it('is nobody it must not be, where it shows no identity', () => {
    for (const fields of [
      { notPrincipals: ['*'] },
      { notNamespaces: ['*'] },
      { notServiceAccounts: ['web/frontend'] },
    ]) {
      assert.equal(under('ALLOW', source(fields), plaintext), 'allow')
      assert.equal(under('ALLOW', source(fields)), 'deny')
    }
    assert.equal(under('ALLOW', source({ principals: ['*'] }), plaintext), 'deny')
    assert.equal(under('ALLOW', source({ namespaces: ['*'] }), plaintext), 'deny')
    assert.equal(under('ALLOW', source({ serviceAccounts: ['web/frontend'] }), plaintext), 'deny')
  })
  it('matches a principal with one star at an end, and none with its scheme', () => {
    const admits = (principal: string) => under('ALLOW', source({ principals: [principal] }))
    for (const principal of ['cluster.local/ns/web/*', '*/sa/frontend', '*', 'cluster.local/ns/web/sa/frontend'])
      assert.equal(admits(principal), 'allow', principal)
    for (const principal of ['spiffe://cluster.local/ns/web/sa/frontend', 'cluster.local/ns/*/sa/frontend', '*web*'])
      assert.equal(admits(principal), 'deny', principal)
  })
  it('is in a namespace by its name, in which a star amid others is a star', () => {
    const admits = (name: string) => under('ALLOW', source({ namespaces: [name] }))
    for (const name of ['web', 'w*', '*eb', '*']) assert.equal(admits(name), 'allow', name)
    for (const name of ['w*b', 'we', '*w*', 'web/*']) assert.equal(admits(name), 'deny', name)
  })
  it('has an address, in which IPv4 is never IPv6', () => {
    const at = (ip: string) => ({ from: { plaintext: true, ip } })
    const block = (ipBlocks: readonly string[]) => source({ ipBlocks })
    assert.equal(under('ALLOW', block(['10.0.0.0/8']), at('10.1.1.1')), 'allow')
    assert.equal(under('ALLOW', block(['10.0.0.0/8']), at('::ffff:10.1.1.1')), 'allow')
    assert.equal(under('ALLOW', block(['10.1.1.1', 'fd00::/8']), at('10.1.1.2')), 'deny')
    assert.equal(under('ALLOW', block(['fd00::/8']), at('fd00::1')), 'allow')
    assert.equal(under('ALLOW', block(['::ffff:10.1.1.1']), at('10.1.1.1')), 'deny')
    assert.equal(under('ALLOW', source({ notIpBlocks: ['10.0.0.0/8'] }), at('10.1.1.1')), 'deny')
    // To sets, a caller whose address is not told has none.
    assert.equal(
      ambientJudge([authorization('shop/p', { rules: [block(['10.0.0.0/8'])] })], plaintext).verdict,
      'unknown',
    )
  })
  it('has no address of a block that is IPv4 written as IPv6, whether it is to let in, to keep out or to leave out', () => {
    const at = { from: { plaintext: true, ip: '10.1.1.1' } }
    for (const mapped of ['::ffff:10.1.1.1', '::ffff:10.0.0.0/8']) {
      const [wanted, unwanted] = [source({ ipBlocks: [mapped] }), source({ notIpBlocks: [mapped] })]
      assert.deepEqual([under('ALLOW', wanted, at), under('DENY', wanted, at)], ['deny', 'allow'], mapped)
      assert.deepEqual([under('ALLOW', unwanted, at), under('DENY', unwanted, at)], ['allow', 'deny'], mapped)
    }
  })
  it('is asked for by conditions on connections, which an ALLOW keeps', () => {
    const at = (ip: string) => ({
      from: { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend', ip },
    })
    for (const [key, values, others] of [
      ['source.ip', ['10.0.0.0/8'], ['11.0.0.0/8']],
      ['source.namespace', ['web'], ['shop']],
      ['source.principal', ['cluster.local/ns/web/sa/frontend'], ['cluster.local/ns/web/sa/other']],
      ['destination.port', ['8080'], ['9090']],
    ] as const) {
      assert.equal(under('ALLOW', { when: [{ key, values: [...values] }] }, at('10.1.1.1')), 'allow', key)
      assert.equal(under('ALLOW', { when: [{ key, values: [...others] }] }, at('10.1.1.1')), 'deny', key)
      assert.equal(under('DENY', { when: [{ key, notValues: [...others] }] }, at('10.1.1.1')), 'deny', key)
    }
  })
})

describe('where a call goes, for ztunnel', () => {
  it('is the Pod’s port, never the Service’s', () => {
    const ports = (port: string) => ({ to: [{ operation: { ports: [port] } }] })
    const called = to({ viaService: 'cart', servicePort: 80 })
    assert.equal(under('ALLOW', ports('8080'), called), 'allow')
    assert.equal(under('ALLOW', ports('80'), called), 'deny')
    assert.equal(under('ALLOW', { when: [{ key: 'destination.port', values: ['8080'] }] }, called), 'allow')
  })
  it('is the Pod’s address, where it has been seen to have one', () => {
    const own = authorization('shop/p', { rules: [{ when: [{ key: 'destination.ip', values: ['10.2.0.0/16'] }] }] })
    const owned = {
      labels: { app: 'cart' },
      ownerReferences: [{ kind: 'StatefulSet', name: 'cart', controller: true }],
    }
    const seen = (podIP: string, name = 'cart') => ({
      ...pod(`shop/${name}`, owned, { serviceAccountName: 'cart' }),
      status: { phase: 'Running', podIP },
    })
    assert.equal(ambientVerdict([own, seen('10.2.0.7')]), 'allow')
    assert.equal(ambientVerdict([own, seen('10.3.0.7')]), 'deny')
    assert.equal(ambientVerdict([own]), 'unknown')
    assert.equal(ambientVerdict([own, seen('10.2.0.7'), seen('10.2.0.8', 'cart-1')]), 'unknown')
  })
})
