import * as Httpbin from "../../src/platform/upstream/Httpbin.ts"
import * as LoopbackServer from "./LoopbackServer.ts"

/** An httpbin that does not sleep: for what operations answer; their times are tested on the Clock. */
export const hastyUpstream = LoopbackServer.make((request, response) => {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`)
  const { json, status } = Httpbin.answer(url, {}, "127.0.0.1")
  response.writeHead(status, { "content-type": "application/json" })
  response.end(json === undefined ? "" : JSON.stringify(json))
})
