import { IncomingMessage, type ServerResponse } from "node:http"
import type { Problem } from "../../../domain/Problem.ts"
import { traceIdOf } from "../../observability/TraceContext.ts"
import type { Recorded } from "../../recorder/Recorded.ts"

/**
 * A request of node, changed in two decisions that node takes for a whole server: upgrades and 100 Continue. Here each
 * request decides.
 */
export class Incoming extends IncomingMessage {
  // Declared without a value and set in the few requests that need them: a field in every request costs each of them.
  declare private offered: boolean | undefined
  declare private awaiting: (() => void) | undefined
  declare private ownTraceId: string | undefined
  /** Exchange of the request, which knows its trace; set once an adapter has made the exchange. */
  declare traced: { readonly traceId: string } | undefined
  /** The problem with the request's body, set if the rest of the body cannot be read. */
  declare fault: Problem | undefined
  /** Interrupts the work that an adapter runs for the request. */
  declare whenBroken: (() => void) | undefined
  /** Status of the answer to an upgrade, once there is one. */
  declare upgraded: number | undefined
  /** Path of the request's operation in the contract, set once the operation is known. */
  declare route: string | undefined
  /** Recording of the request, set if it is recorded. */
  declare recorded: Recorded | undefined
  /** The time at which the headers had arrived, in milliseconds of `performance.now()`. */
  readonly arrived = performance.now()

  /**
   * Tells node whether the connection leaves HTTP, which only CONNECT and websockets do. Any other offered protocol is
   * ignored (RFC 9110, 7.8), and the request is served without it.
   */
  get upgrade(): boolean {
    return this.offered === true &&
      (this.method === "CONNECT" || (this.method === "GET" && this.headers.upgrade?.toLowerCase() === "websocket"))
  }

  set upgrade(offered: boolean) {
    if (offered || this.offered) this.offered = offered
  }

  /**
   * Delays 100 Continue until the body is first read, since the client waits for it. An earlier answer closes the
   * connection, as the body may or may not follow (RFC 9110, 10.1.1).
   */
  continueWhenRead(response: ServerResponse, mayKeepAlive: () => boolean): void {
    const { shouldKeepAlive } = response
    response.shouldKeepAlive = false
    this.awaiting = () => {
      if (response.headersSent || response.destroyed) return
      response.shouldKeepAlive = shouldKeepAlive && mayKeepAlive()
      response.writeContinue()
    }
  }

  /** True while the client still waits for 100 Continue and has sent no body. */
  get awaitsContinue(): boolean {
    return this.awaiting !== undefined
  }

  get traceId(): string {
    return this.traced?.traceId ?? (this.ownTraceId ??= traceIdOf(this.headers))
  }

  /** Interrupts the work that waits for the rest of the body, which cannot be read; the fault becomes the answer. */
  breakOff(fault: Problem): void {
    this.fault ??= fault
    this.whenBroken?.()
  }

  override _read(size: number): void {
    const proceed = this.awaiting
    if (proceed !== undefined) {
      this.awaiting = undefined
      proceed()
    }
    super._read(size)
  }
}
