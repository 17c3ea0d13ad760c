import { IncomingMessage, type ServerResponse } from "node:http"
import type { Problem } from "../../../domain/Problem.ts"
import { traceIdOf } from "../../observability/TraceContext.ts"

/** The requests of our server: node's own, but for two decisions that node makes for a whole server instead of for each request. */
export class Incoming extends IncomingMessage {
  // set in the few requests that have them: what every request has costs each of them
  declare private offered: boolean | undefined
  declare private awaiting: (() => void) | undefined
  declare private ownTraceId: string | undefined
  /** The request's exchange, which knows its trace, once an adapter has it. */
  declare traced: { readonly traceId: string } | undefined
  /** The problem with its body, where the rest of it cannot be read. */
  declare fault: Problem | undefined
  /** Interrupts what an adapter runs for the request. */
  declare whenBroken: (() => void) | undefined
  /** The status of the answer to an upgrade, once there is one. */
  declare upgraded: number | undefined
  /** The path of its operation in the contract, from the moment when that is known. */
  declare route: string | undefined

  /**
   * What node asks to know whether the connection leaves HTTP: only for CONNECT and websockets. Any other protocol on offer is ignored
   * (RFC 9110, 7.8), and the request served as if it were not there.
   */
  get upgrade(): boolean {
    return this.offered === true &&
      (this.method === "CONNECT" || (this.method === "GET" && this.headers.upgrade?.toLowerCase() === "websocket"))
  }

  set upgrade(offered: boolean) {
    if (offered || this.offered) this.offered = offered
  }

  /**
   * The client waits before it sends the body: 100 Continue goes out when the body is first read. Until then the answer closes the
   * connection, as the body may or may not follow on it (RFC 9110, 10.1.1).
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

  /** The client still waits for 100 Continue, and has sent nothing of the body. */
  get awaitsContinue(): boolean {
    return this.awaiting !== undefined
  }

  get traceId(): string {
    return this.traced?.traceId ?? (this.ownTraceId ??= traceIdOf(this.headers))
  }

  /** Ends what waits for the rest of the body, which cannot be read; it is answered with the fault. */
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
