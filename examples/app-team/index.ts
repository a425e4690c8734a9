/**
 * The program of a team that uses a mesh: its own workloads would be here, too. What it declares takes effect when the mesh's stack is updated, and
 * neither stack waits for the other.
 */
import * as pulumi from '@pulumi/pulumi'
import { MeshReference } from 'zero-trust-mesh'
import { fragment } from './fragment'

export = async () => {
  const mesh = await MeshReference.fromStack(new pulumi.Config().require('mesh'))
  // Of another team's new service the mesh may not know yet; every other unknown name is refused here.
  return { fragment: mesh.check(fragment, { name: 'reviews', expected: ['ratings'] }) }
}
