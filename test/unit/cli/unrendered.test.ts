import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { assertRefused, gitIn, scratch, within, ztm } from './support/ztm'
import { shop } from './support/manifests'

const { path, write } = scratch()

const put = (name: string, text: string): void => {
  mkdirSync(dirname(path(name)), { recursive: true })
  write(name, text)
}

const kind = (apiVersion: string, name: string): string =>
  `apiVersion: ${apiVersion.replace(/ .*/, '')}\nkind: ${apiVersion.replace(/.* /, '')}\nmetadata: { name: ${name}, namespace: shop }\nspec: {}\n`

describe('what is not rendered', () => {
  const gitops: readonly (readonly [string, string])[] = [
    ['helm.toolkit.fluxcd.io/v2 HelmRelease', 'helm template'],
    ['helm.cattle.io/v1 HelmChart', 'helm template'],
    ['kustomize.toolkit.fluxcd.io/v1 Kustomization', 'flux build kustomization'],
    ['argoproj.io/v1alpha1 Application', 'argocd app manifests'],
    ['argoproj.io/v1alpha1 ApplicationSet', 'argocd appset generate'],
  ]
  for (const [type, tool] of gitops) {
    it(`is warned of and named where it is a ${type.replace(/.* /, '')} of ${type.replace(/\/.*/, '')}, and hides nothing else`, async () => {
      const file = write('gitops.yaml', `${shop}---\n${kind(type, 'web')}---\n${kind(type, 'jobs')}`)
      const { code, out, err } = await ztm(['reach', file])
      assert.equal(code, 0)
      assert.match(out, /shop\/frontend/)
      assert.match(
        err,
        new RegExp(`^warning: not rendered: 2 ${type.replace(/.* /, '')}s, shop/web \\(.*:\\d+\\), shop/jobs`, 'm'),
      )
      assert.ok(err.includes(tool), err)
      assert.doesNotMatch(err, /of kinds that say nothing/)
    })
  }

  it('is warned of by check and decide, too', async () => {
    const file = write('release.yaml', `${shop}---\n${kind('helm.toolkit.fluxcd.io/v2 HelmRelease', 'web')}`)
    const check = await ztm(['check', file, '--rule', 'strict-mtls'])
    const decide = await ztm(['decide', '--manifests', file, '--requests', write('none.jsonl', '')])
    assert.deepEqual([check.code, decide.code], [0, 0])
    for (const { err } of [check, decide]) assert.match(err, /^warning: not rendered: 1 HelmRelease, shop\/web/m)
  })

  it('is warned of where a directory has a kustomization, with or without its kind, and the files beside it are read', async () => {
    for (const [folder, text] of [
      ['kustomize-a', 'resources: [shop.yaml]\n'],
      ['kustomize-b', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [shop.yaml]\n'],
    ] as const) {
      mkdirSync(path(folder))
      write(`${folder}/kustomization.yaml`, text)
      write(`${folder}/shop.yaml`, shop)
      const { code, out, err } = await ztm(['reach', path(folder)])
      assert.equal(code, 0)
      assert.match(out, /shop\/frontend/)
      assert.match(
        err,
        /^warning: not rendered: 1 Kustomization, .*kustomization\.yaml: .*\n {2}hint: `kubectl kustomize DIR`$/m,
      )
    }
  })

  it('is refused where a kustomization is all there is, or is given by name', async () => {
    mkdirSync(path('alone'))
    const file = write('alone/kustomization.yaml', 'resources: [../base]\n')
    assertRefused(await ztm(['reach', path('alone')]), 'not rendered', 'no Kubernetes object in there')
    assertRefused(await ztm(['reach', file]), 'kubectl kustomize')
  })

  it('is a chart, whose templates and values are left alone, while what lies beside it is read', async () => {
    mkdirSync(path('repo/chart/templates'), { recursive: true })
    write('repo/chart/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n')
    write('repo/chart/values.yaml', 'replicas: 3\n')
    write('repo/chart/values-prod.yaml', 'replicas: 5\n')
    write('repo/chart/templates/deployment.yaml', 'kind: {{ .Values.kind }}\n  x: [\n')
    write('repo/shop.yaml', shop)
    const { code, out, err } = await ztm(['reach', path('repo')])
    assert.equal(code, 0, err)
    assert.match(out, /shop\/frontend/)
    assert.match(err, /^warning: not rendered: 1 Helm chart, .*repo\/chart: /m)
    assert.match(err, /helm template DIR/)
  })

  it('is the same in a git revision as in the working tree, with what is read beside it', async () => {
    const files = {
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'values.yaml': 'replicas: 3\n',
      'templates/deployment.yaml': 'kind: {{ .Values.kind }}\n  x: [\n',
      'charts/sub/templates/deployment.yaml': '{{ x }}: [\n',
      'crds/all.yaml': kind('example.com/v1 Thing', 'thing'),
    }
    const places = ['', 'deep/', 'deep/er/']
    for (const place of ['deep/', 'deep/er/']) {
      for (const [name, text] of Object.entries(files)) put(`tracked/${place}${name}`, text)
    }
    for (const place of places) put(`tracked/${place}kustomization.yaml`, 'resources: []\n')
    put('tracked/helmfile.yaml', 'releases: []\n')
    put('tracked/tool/Kustomization', 'resources: []\n')
    for (const own of ['.github/x.yaml', 'node_modules/x/x.json', 'README.md']) put(`tracked/${own}`, 'no: [\n')
    put('tracked/shop.yaml', shop)
    const git = gitIn(path('tracked'))
    git('init')
    git('add', '--force', '.')
    git('commit', '-m', 'first')
    for (const [folder, revision, names] of [
      ['.', 'git:HEAD', /4 Kustomizations/],
      ['deep', 'git:HEAD:deep', /2 Helm charts/],
      ['tool', 'git:HEAD:tool', /1 Kustomization/],
    ] as const) {
      const here = await within(path('tracked'), ['reach', folder])
      const there = await within(path('tracked'), ['reach', revision])
      const plain = (text: string): string => text.replace(/git:HEAD:?/g, '').replaceAll('deep, ', ', ')
      assert.deepEqual([there.code, there.out, plain(there.err)], [here.code, here.out, plain(here.err)])
      assert.match(there.err, names)
    }
  })

  it('is in a revision also what a link or another repository stands for, which is not followed there', async () => {
    put('linked/shop.yaml', shop)
    for (const [name, target] of [
      ['base', '.'],
      ['again.yaml', 'shop.yaml'],
      ['docs.md', 'x'],
    ] as const)
      symlinkSync(target, path(`linked/${name}`))
    const git = gitIn(path('linked'))
    git('init')
    git('add', '.')
    git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor`)
    git('commit', '-m', 'first')
    const { code, err } = await within(path('linked'), ['reach', 'git:HEAD'])
    assert.equal(code, 0)
    assert.deepEqual(err.trim().split('\n').sort(), [
      'note: git:HEAD:again.yaml: skipped, a link, which is not followed in a revision',
      'note: git:HEAD:base: skipped, a link, which is not followed in a revision',
      'note: git:HEAD:vendor: skipped, another repository, which is not followed in a revision',
    ])
  })

  it('is told of ten objects by five names and a number', async () => {
    const many = Array.from({ length: 10 }, (_, i) => kind('argoproj.io/v1alpha1 Application', `a${i}`))
    const { err } = await ztm(['reach', write('many.yaml', [shop, ...many].join('---\n'))])
    assert.match(err, /10 Applications, shop\/a0 .*shop\/a4 \([^)]*\), and 5 more: /)
    assert.doesNotMatch(err, /shop\/a5/)
  })
})

describe("helm's output", () => {
  const testPod = `# Source: shop/templates/tests/test-connection.yaml
apiVersion: v1
kind: Pod
metadata:
  name: shop-test
  namespace: shop
  annotations: { "helm.sh/hook": test }
spec:
  containers: [{ name: wget, image: busybox }]
  restartPolicy: Never
`

  it('is read with its comments and its empty documents', async () => {
    const rendered = `---\n# Source: shop/templates/empty.yaml\n---\n# Source: shop/templates/all.yaml\n${shop}---\n`
    const { code, out, err } = await ztm(['reach', '-'], rendered)
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /shop\/frontend/)
  })

  it('has Pods of tests judged like others, which a note says', async () => {
    const { code, out, err } = await ztm(['reach', '-'], `${shop}---\n${testPod}`)
    assert.equal(code, 0)
    assert.match(out, /shop\/shop-test/)
    assert.match(
      err,
      /^note: 1 object of `helm test` judged as if always there \(stdin:\d+\); `helm template --skip-tests`/m,
    )
  })

  it('has no such note about other hooks', async () => {
    const { err } = await ztm(['reach', '-'], `${shop}---\n${testPod.replace('hook": test', 'hook": pre-install')}`)
    assert.doesNotMatch(err, /helm test/)
  })
})
