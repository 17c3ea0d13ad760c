import { bytes, integer, kibibyte, mebibyte, optional, secret } from "./Setting.ts"

const httpUrl = (written: string): URL | undefined => {
  const url = URL.canParse(written) ? new URL(written) : undefined
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined
}

/** Reads a URL that names a server and a path alone. */
export const bareUrl = (written: string): URL | undefined => {
  const url = httpUrl(written)
  const isBare = url !== undefined && !/[?#]/.test(written) && url.port !== "0"
  return isBare && url.username === "" && url.password === "" ? url : undefined
}

/** The upstream, the handbook's httpbin, and the limits on calls to it. */
export const upstream = {
  upstreamUrl: optional(
    "UPSTREAM_URL",
    "embedded upstream",
    "an http or https URL without user, password, query and fragment",
    "URL of the httpbin to call",
    bareUrl,
    secret
  ),
  upstreamConnections: integer(
    "UPSTREAM_CONNECTIONS",
    256,
    [1, 10_000],
    "connections",
    "Connections to the upstream at once; further calls wait for a connection"
  ),
  upstreamMaxBytes: bytes(
    "UPSTREAM_MAX_BYTES",
    mebibyte,
    [kibibyte, 64 * mebibyte],
    "Size of an upstream answer; beyond it the call fails"
  )
}
