import type { Client, sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js'
import { AnalyzerService } from '@pulumi/pulumi/proto/analyzer_grpc_pb'
import * as analyzer from '@pulumi/pulumi/proto/analyzer_pb'
import { grpc } from '../../../preview/sdk'
import { largestMessage, serve, type Serving } from './serve'

/** Starts a pack for a stack, and says on which port it listens. */
export type StartPack = (stack: analyzer.AnalyzerStackConfigureRequest) => Promise<number>

type Call = ServerUnaryCall<Buffer, Buffer>

const same = (bytes: Buffer): Buffer => bytes
const asTheyAre = {
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
}
const methods = Object.fromEntries(
  Object.entries(AnalyzerService).map(([name, method]) => [name, { ...method, ...asTheyAre }]),
)

/**
 * Stands before a pack that has yet to start: its runner is told of the stack by its environment, and the engine tells that
 * only once it is connected (pulumi/pulumi `sdk/policy_proxy.go`). All else is passed on as it is.
 */
export async function servePolicyProxy(start: StartPack): Promise<Serving> {
  let pack: Promise<Client> | undefined
  const started = (stack: analyzer.AnalyzerStackConfigureRequest): Promise<Client> =>
    (pack ??= start(stack).then(clientAt))
  const pass =
    (path: string, stackOf: (request: Buffer) => analyzer.AnalyzerStackConfigureRequest) =>
    (call: Call, done: sendUnaryData<Buffer>): void => {
      started(stackOf(call.request)).then(
        client => client.makeUnaryRequest(path, same, same, call.request, (error, answer) => done(error, answer)),
        (error: Error) => done({ code: grpc.status.UNKNOWN, details: error.message }),
      )
    }
  const passed = Object.entries(methods).map(([name, { path }]) => [name, pass(path, nothingOfIt)] as const)
  const proxy = await serve(methods, {
    ...Object.fromEntries(passed),
    handshake: (_: Call, done: sendUnaryData<Buffer>) => done(null, Buffer.alloc(0)),
    configureStack: pass(methods.configureStack!.path, bytes =>
      analyzer.AnalyzerStackConfigureRequest.deserializeBinary(bytes),
    ),
  })
  const stop = () => {
    proxy.stop()
    void pack?.then(
      client => client.close(),
      () => undefined,
    )
  }
  return { ...proxy, stop }
}

/** Asked something else first, as by `pulumi policy publish`, a pack starts without a stack. */
function nothingOfIt(): analyzer.AnalyzerStackConfigureRequest {
  return new analyzer.AnalyzerStackConfigureRequest()
}

function clientAt(port: number): Client {
  return new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), largestMessage)
}
