import type { HttpServerRequest } from "@effect/platform"
import { Option, Schema } from "effect"
import type { Values } from "../../../AppConfig.ts"
import { isLoopback } from "../../../domain/Loopback.ts"
import * as Problem from "../../../domain/Problem.ts"
import { text } from "../../../domain/Text.ts"

/**
 * 403: a page of another origin asks for a change or for a websocket. Both would act with the network access of the
 * page's reader.
 */
export class OriginRefused extends Problem.define<OriginRefused>()("OriginRefused", 403, { origin: Schema.String }) {
  get problem(): Problem.Description {
    return {
      title: text("Origine refusée", "Origin refused"),
      detail: text(
        `Une page d'une autre origine (${this.origin}) ne peut rien changer ici, à moins que ALLOWED_ORIGINS ne la nomme.`,
        `A page of another origin (${this.origin}) may change nothing here unless ALLOWED_ORIGINS names it.`
      )
    }
  }
}

/** 421: the request names a host that is not this server (RFC 9110, 15.5.20), as after DNS rebinding. */
export class HostRefused extends Problem.define<HostRefused>()("HostRefused", 421, { host: Schema.String }) {
  get problem(): Problem.Description {
    return {
      title: text("Requête mal dirigée", "Misdirected request"),
      detail: text(
        `Ce serveur n'est pas ${JSON.stringify(this.host)} ; ALLOWED_HOSTS nomme ses autres noms.`,
        `This server is not ${JSON.stringify(this.host)}; ALLOWED_HOSTS gives it further names.`
      )
    }
  }
}

type Request = HttpServerRequest.HttpServerRequest

/** Characters of a header that an answer repeats at most. */
const mostRepeated = 100

/**
 * Returns the requested host and port. An absolute target overrides the Host header (RFC 9112, 3.2.2); its user and
 * password are removed, because no answer may repeat them.
 */
const authorityOf = ({ headers, originalUrl }: Request): string | undefined =>
  originalUrl.startsWith("/")
    ? headers["host"]
    : /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(originalUrl)?.[1] ?? headers["host"]

const urlOf = (scheme: string, authority: string): URL | undefined => {
  const written = `${scheme}//${authority}`
  return /[/?#@\\\s]/.test(authority) || !URL.canParse(written) ? undefined : new URL(written)
}

/** Normalizes a host's name or address as URLs do: lower case, no brackets, no root dot. */
const hostnameOf = (authority: string): string | undefined =>
  urlOf("http:", authority)?.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "")

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"])

/**
 * True for safe methods. A websocket's GET counts as unsafe, because the page that opens the websocket can read and
 * write on it.
 */
const isSafe = ({ headers, method }: Request): boolean =>
  safeMethods.has(method) && headers["upgrade"]?.toLowerCase().includes("websocket") !== true

/**
 * True if the browser says that another site or another port sends the request (Fetch Metadata, 2.4). `none` is an
 * action of the user; unknown values are ignored.
 */
const isFromElsewhere = (site: string | undefined): boolean => site === "cross-site" || site === "same-site"

/**
 * True if the page has the same host and port as the request. The scheme is not compared, because a proxy may change
 * it.
 */
const isOwn = (origin: string, authority: string | undefined): boolean => {
  if (authority === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false
  const { host, protocol } = new URL(origin)
  return host !== "" && host === urlOf(protocol, authority)?.host
}

/**
 * Stops pages on the web from using a reader's browser against this server. Such pages send unsafe requests, open
 * websockets, or use names that are made to resolve here (DNS rebinding). Programs send neither Origin nor
 * Sec-Fetch-Site, and pass. With tokens any host name is safe, since no browser sends tokens by itself.
 */
export const checker = (config: Pick<Values, "allowedHosts" | "allowedOrigins" | "apiTokens" | "host">) => {
  const origins: ReadonlySet<string> = new Set(config.allowedOrigins)
  const hosts: ReadonlySet<string | undefined> = new Set([config.host, ...config.allowedHosts].map(hostnameOf))
  const anyHost = Option.isSome(config.apiTokens)

  const isOurs = (authority: string): boolean => {
    const name = hostnameOf(authority)
    return name !== undefined && (isLoopback(name) || hosts.has(name))
  }

  // Caches the last host, since nearly every request names the same one.
  let known: string | undefined
  const hostRefused = (authority: string): boolean => {
    if (authority === known) return false
    if (!isOurs(authority)) return true
    known = authority
    return false
  }

  return (request: Request): Problem.Problem | undefined => {
    const authority = authorityOf(request)
    if (!anyHost && authority !== undefined && hostRefused(authority)) {
      return new HostRefused({ host: authority.slice(0, mostRepeated) })
    }
    const { origin, "sec-fetch-site": site } = request.headers
    if ((origin === undefined && site === undefined) || isSafe(request)) return undefined
    if (origin !== undefined && origins.has(origin)) return undefined
    if (!isFromElsewhere(site) && (origin === undefined || isOwn(origin, authority))) return undefined
    return new OriginRefused({ origin: (origin ?? `Sec-Fetch-Site: ${site}`).slice(0, mostRepeated) })
  }
}
