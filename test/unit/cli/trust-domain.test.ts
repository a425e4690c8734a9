import assert from 'node:assert/strict'
import { assertRefused, ztm } from './support/ztm'

describe('ztm trust domain', () => {
  const plan = (...args: readonly string[]) => ztm(['trust', 'domain', ...args])
  const [old, next] = ['cluster.local', 'prod.example.com']
  const stepsIn = (out: string) => out.match(/^\d {2}.*$/gm)?.map(line => line.slice(3))

  it('prints the steps to another trust domain, and what must be seen between them', async () => {
    const { code, out, err } = await plan(old, next, '--carrier', 'sidecar', '--namespace', 'shop')
    assert.equal(code, 0, err)
    assert.match(out, /^now {5}identities of cluster\.local\nwanted {2}identities of prod\.example\.com\n/)
    assert.deepEqual(stepsIn(out), ['accept', 'switch', 'wait', 'drop'])
    assert.match(out, /mesh\.trustDomainAliases: \[prod\.example\.com\]/)
    assert.match(out, /kubectl -n shop rollout restart/)
    assert.match(out, /source_principal!~"spiffe:\/\/prod\\\\\.example\\\\\.com\/\.\*"/)
    assert.match(out, /^4 steps, 24 h of waiting at most: no call is refused if each is seen before the next\n$/m)
  })

  it('plans the rest from a state in between, and the way back', async () => {
    const rest = await plan(old, next, '--alias', next, '--carrier', 'sidecar')
    assert.deepEqual(stepsIn(rest.out), ['switch', 'wait', 'drop'])
    const after = await plan(next, next, '--alias', old, '--carrier', 'sidecar')
    assert.deepEqual(stepsIn(after.out), ['wait', 'drop'])
    const back = await plan(next, old, '--alias', old, '--carrier', 'sidecar')
    assert.deepEqual(stepsIn(back.out), ['switch', 'wait', 'drop'])
    const none = await plan(old, old, '--carrier', 'sidecar')
    assert.deepEqual([none.code, none.out], [0, 'nothing to do: this is what identities are of already\n'])
  })

  it('keeps an alias that is to stay, and waits for nobody where only one is added', async () => {
    const { out } = await plan(old, old, '--to-alias', next, '--carrier', 'sidecar')
    assert.deepEqual(stepsIn(out), ['accept'])
    const kept = await plan(old, next, '--to-alias', old, '--carrier', 'sidecar')
    assert.deepEqual(stepsIn(kept.out), ['accept', 'switch', 'wait'])
  })

  it('says where calls are refused whatever one does, and exits with 1', async () => {
    const ambient = await plan(old, next, '--carrier', 'ambient')
    assert.equal(ambient.code, 1)
    assert.deepEqual(stepsIn(ambient.out), ['accept', 'switch', 'wait', 'drop'])
    assert.match(ambient.out, /^outage: a ztunnel takes callers of its own trust domain alone/m)
    const linkerd = await plan(old, next, '--carrier', 'linkerd')
    assert.equal(linkerd.code, 1)
    assert.deepEqual(stepsIn(linkerd.out), ['switch', 'wait'])
    assert.match(linkerd.out, /^outage: Linkerd has one trust domain/m)
  })

  it('has workloads restarted where istio-csr signs, with certificates that last until then', async () => {
    const { code, out } = await plan(old, next, '--carrier', 'sidecar', '--istio-csr')
    assert.equal(code, 0)
    assert.deepEqual(stepsIn(out), ['prepare', 'accept', 'switch', 'wait', 'drop'])
    assert.match(out, /within half of what an identity lasts: kubectl -n NAMESPACE rollout restart/)
  })

  it('is a picture, a table, and JSON', async () => {
    const picture = await plan(old, next, '--carrier', 'sidecar', '--format', 'mermaid')
    assert.match(picture.out, /^flowchart TD\n {2}s0\["identities of cluster\.local"\]/)
    const table = await plan(old, next, '--carrier', 'sidecar', '--format', 'markdown')
    assert.equal(table.out.trimEnd().split('\n').length, 6)
    const json = await plan(old, next, '--carrier', 'sidecar', '--format', 'json')
    const { steps, from } = JSON.parse(json.out)
    assert.deepEqual(from, { trustDomain: old, aliases: [] })
    assert.deepEqual(
      steps.map(({ trustDomain, aliases }: { trustDomain: string; aliases: string[] }) => [trustDomain, aliases]),
      [
        [old, [next]],
        [next, [old]],
        [next, [old]],
        [next, []],
      ],
    )
  })

  it('refuses what is no trust domain, and what Linkerd does not know', async () => {
    assertRefused(await plan('Prod', next, '--carrier', 'sidecar'), /it is no trust domain/)
    assertRefused(await plan(old, next, '--alias', next, '--carrier', 'linkerd'), /Linkerd knows no aliases/)
    assertRefused(await plan(old, next, '--istio-csr', '--carrier', 'linkerd'), /Linkerd has no istio-csr/)
    assertRefused(await plan(old, next), /--carrier/)
  })
})
