/**
 * What Pulumi's SDK is built on, taken from where the SDK itself takes it: a second copy of gRPC or protobuf would
 * not recognise the messages of the first.
 */
import { createRequire } from 'node:module'
import type * as grpcModule from '@grpc/grpc-js'
import type * as emptyModule from 'google-protobuf/google/protobuf/empty_pb'
import type * as structModule from 'google-protobuf/google/protobuf/struct_pb'
import { isJsonObject, type Json, type JsonObject } from './wire'

const load = createRequire(require.resolve('@pulumi/pulumi/package.json'))

// Each cast names the declarations of the very module that is loaded.
export const grpc = load('@grpc/grpc-js') as typeof grpcModule
export const { Empty } = load('google-protobuf/google/protobuf/empty_pb') as typeof emptyModule
const { Struct } = load('google-protobuf/google/protobuf/struct_pb') as typeof structModule

/** A protobuf Struct. */
export type Struct = InstanceType<typeof Struct>

/** JSON as protobuf carries it. */
export function toStruct(value: JsonObject): Struct {
  // The declarations ask for lists that may be changed; nobody changes them.
  return Struct.fromJavaScript(value)
}

/** The JSON that protobuf carried; nothing there is an empty object. */
export function fromStruct(message: { toJavaScript(): Readonly<Record<string, unknown>> } | undefined): JsonObject {
  // A Struct holds JSON and nothing else.
  const value = message?.toJavaScript() as Json | undefined
  return isJsonObject(value) ? value : {}
}
