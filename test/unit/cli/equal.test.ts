import assert from 'node:assert/strict'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()

const graph = `services:
  frontend: { namespace: shop, ports: { http: { protocol: http, port: 8080 } } }
  cart: { namespace: shop, ports: { http: { protocol: http, port: 7070 } }, probes: { readiness: 'GET /ready' } }
calls:
  frontend: { cart: { http: ['GET /cart', 'POST /items/*'] } }
`

/** The graph compiled, with all that it rests on. */
async function compiled(mesh: 'istio' | 'linkerd', domain: string): Promise<string> {
  const target = mesh === 'linkerd' ? ['--target', 'linkerd', '--node-network', '10.0.0.0/16'] : []
  const options = ['--trust-domain', domain, '--assumptions', ...target]
  const { code, out, err } = await ztm(['compile', write('graph.yaml', graph), ...options])
  assert.equal(code, 0, err)
  return out
}

describe('ztm equal', () => {
  it('says that the same graph on two meshes lets the same through, and what only one of them cannot tell', async () => {
    const istio = write('istio.yaml', await compiled('istio', 'td.example'))
    const linkerd = write('linkerd.yaml', await compiled('linkerd', 'td.example'))
    const { code, out } = await ztm(['equal', istio, linkerd])
    assert.equal(code, 0, out)
    assert.match(out, /^told apart, no difference: only .*linkerd\.yaml admits\n {2}Linkerd's proxies know the kubelet/)
    assert.match(out, /^ {2}anybody without identity at 10\.0\.0\.0 → shop\/cart:7070 GET \/ready$/m)
    assert.match(out, /^equal: both let the same into 2 workloads, but for what is told apart$/m)
    const back = await ztm(['equal', linkerd, istio])
    assert.equal(back.code, 0, back.out)
  })

  it('tells nothing apart where both read the kubelet by its address', async () => {
    const linkerd = write('linkerd.yaml', await compiled('linkerd', 'td.example'))
    const { code, out } = await ztm(['equal', linkerd, linkerd])
    assert.equal(code, 0, out)
    assert.doesNotMatch(out, /told apart/)
  })

  it('shows a request for each difference, with what decides about it, and exits with 1', async () => {
    const istio = write('istio.yaml', await compiled('istio', 'td.example'))
    const text = await compiled('linkerd', 'td.example')
    const wider = text.replace('value: /cart', 'value: /').replace('type: Exact', 'type: PathPrefix')
    assert.notEqual(wider, text)
    const { code, out } = await ztm(['equal', istio, write('wider.yaml', wider)])
    assert.equal(code, 1, out)
    assert.match(
      out,
      /^only .*wider\.yaml admits\n {2}shop\/frontend → shop\/cart:7070 GET \/.* \(for certain; the other refuses\)$/m,
    )
    assert.match(out, /^ {4}second: AuthorizationPolicy shop\/cart/m)
    assert.match(out, /^not equal: 1 difference at 1 place, of 2 workloads$/m)
    const { out: json } = await ztm(['equal', istio, write('wider.yaml', wider), '--format', 'json'])
    const { equal, differences } = JSON.parse(json) as {
      equal: boolean
      differences: { only: string; bound: string }[]
    }
    assert.deepEqual([equal, differences.map(({ only, bound }) => [only, bound])], [false, [['b', 'certain']]])
    const { out: markdown } = await ztm(['equal', istio, write('wider.yaml', wider), '--format', 'markdown'])
    assert.match(
      markdown,
      /^\| `shop\/frontend → shop\/cart:7070 GET [^|]*` \| for certain; the other refuses \| `first: /m,
    )
  })

  it('takes the meshes’ own trust domains for each other, unless it is told which', async () => {
    const istio = write('istio.yaml', await compiled('istio', 'prod.example'))
    const linkerd = await compiled('linkerd', 'cluster.local')
    const { code, out } = await ztm(['equal', istio, '-'], linkerd)
    assert.equal(code, 0, out)
    assert.match(out, /trust domain prod\.example of .*istio\.yaml is taken for cluster\.local of standard input/)
    const apart = await ztm(['equal', istio, '-', '--trust-domain', 'prod.example=prod.example'], linkerd)
    assert.equal(apart.code, 1, apart.out)
    assert.match(apart.out, /shop\/frontend of cluster\.local → shop\/cart:7070/)
  })

  it('finds a workload that only one has', async () => {
    const istio = await compiled('istio', 'td.example')
    const fewer = istio
      .split('---\n')
      .filter(text => !/kind: Pod\n[^]*name: cart\n/.test(text))
      .join('---\n')
    const { code, out } = await ztm(['equal', write('istio.yaml', istio), write('fewer.yaml', fewer)])
    assert.equal(code, 1, out)
    assert.match(out, /Pod shop\/cart has no counterpart/)
  })

  it('does not call equal what is not known', async () => {
    const text = await compiled('linkerd', 'td.example')
    const nowhere = text
      .split('---\n')
      .filter(object => !object.includes('name: linkerd-config'))
      .join('---\n')
    assert.notEqual(nowhere, text)
    const file = write('nowhere.yaml', nowhere)
    const { code, out, err } = await ztm(['equal', file, file])
    assert.equal(code, 2, out)
    assert.match(err, /trust domain of the first is not among the objects/)
    assert.doesNotMatch(out, /^equal/m)
    const empty = await ztm(['equal', write('empty.yaml', ''), write('empty2.yaml', '')])
    assert.equal(empty.code, 2, empty.out)
  })

  it('refuses what makes no sense', async () => {
    const file = write('linkerd.yaml', await compiled('linkerd', 'td.example'))
    assertRefused(await ztm(['equal', '-', '-']), 'standard input can be read only once')
    assertRefused(await ztm(['equal', file]), 'second')
    assertRefused(await ztm(['equal', file, file, '--trust-domain', 'a']), 'expected `first=second`')
    assertRefused(
      await ztm(['equal', file, file, '--trust-domain', 'a=b', '--trust-domain', 'c=b']),
      '`b` is named twice',
    )
  })
})
