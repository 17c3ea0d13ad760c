import { METHODS } from "node:http"
import type { Socket } from "node:net"
import { PayloadTooLarge, type Problem } from "../../../domain/Problem.ts"
import { term, verbatim } from "../../../domain/Term.ts"
import { Incoming } from "../exchange/Incoming.ts"
import {
  HeadersTooLarge,
  HttpVersionNotSupported,
  MalformedRequest,
  MethodNotImplemented,
  RequestTimeout,
  UriTooLong
} from "../rules/WireProblems.ts"

/** An error of node's HTTP parser or of a socket. The parser adds its current packet. */
export interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
  /** Bytes of the packet before the error. */
  readonly bytesParsed?: number
}

export interface Limits {
  readonly maxHeaderBytes: number
  readonly maxUrlBytes: number
}

/** True if the client can get an answer. Otherwise its connection has failed. */
export const isAnswerable = ({ code = "" }: ClientError): boolean =>
  code.startsWith("HPE_") || code === "ERR_HTTP_REQUEST_TIMEOUT"

const requestLine = /^([!#$%&'*+.^_`|~\w-]+) (\S+)(?: (HTTP\/\d(?:\.\d)?)\r?$)?/gm

const headerLine = /^([\w-]+):[ \t]*(.*?)[ \t]*\r?$/gm

/** Node's bound of a chunk's extensions, in bytes. */
const chunkExtensionBytes = 16_384

/** Confirms a request line, since a header with a space before its colon looks like a method and a target. */
const isRequestLine = ([, method = "", , version]: RegExpExecArray): boolean =>
  version !== undefined || METHODS.includes(method)

/** Reads the packet's last request as far as it can be recognized. */
const read = ({ rawPacket }: ClientError) => {
  const text = rawPacket?.toString("latin1") ?? ""
  const line = [...text.matchAll(requestLine)].findLast(isRequestLine)
  const [, method, url, version] = line ?? []
  const head = text.slice(line?.index ?? 0).split(/\r?\n\r?\n/, 1)[0] ?? ""
  const headers = Object.fromEntries(
    [...head.matchAll(headerLine)].map(([, name = "", value = ""]) => [name.toLowerCase(), value])
  )
  return { method, url, version, headers }
}

/** True if the parser was still in the target, where no space follows. */
const isInTarget = ({ bytesParsed, rawPacket }: ClientError): boolean =>
  /(?:^|\n)[!#$%&'*+.^_`|~\w-]+ \S+$/.test(rawPacket?.toString("latin1", 0, bytesParsed) ?? "")

/**
 * Rebuilds a rejected request as far as it can be recognized. Its answer needs the language and the trace, and the
 * access log the line.
 */
export const requestOf = (error: ClientError, socket: Socket): Incoming => {
  const { headers, method = "-", url = "/" } = read(error)
  const request = new Incoming(socket)
  request.httpVersion = "1.1"
  request.method = method
  request.url = url
  request.headers = headers
  return request
}

/** Finds the problem document of a parser error. */
export const problemOf = (error: ClientError, limits: Limits): Problem => {
  const { method, version } = read(error)
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new RequestTimeout()
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new PayloadTooLarge({
        what: term("extensions de fragments (chunks)", "chunk extensions"),
        limit: chunkExtensionBytes
      })
    case "HPE_HEADER_OVERFLOW":
      return isInTarget(error)
        ? new UriTooLong({ limit: limits.maxUrlBytes })
        : new HeadersTooLarge({ limit: limits.maxHeaderBytes, unit: "bytes" })
    case "HPE_PAUSED_H2_UPGRADE":
      return new HttpVersionNotSupported()
    case "HPE_INVALID_VERSION":
      if (version !== undefined && version !== "HTTP/1.1" && version !== "HTTP/1.0") {
        return new HttpVersionNotSupported()
      }
      break
    case "HPE_INVALID_METHOD":
      if (method !== undefined && version !== undefined && !METHODS.includes(method)) {
        return new MethodNotImplemented({ method: method.slice(0, 100) })
      }
  }
  return new MalformedRequest({
    reason: error.code === undefined ? term("cause inconnue", "unknown") : verbatim(error.code)
  })
}
