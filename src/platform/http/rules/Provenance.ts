import type { HttpServerRequest } from "@effect/platform"
import { Option, Schema } from "effect"
import type { Values } from "../../../AppConfig.ts"
import { isLoopback } from "../../../domain/Loopback.ts"
import * as Problem from "../../../domain/Problem.ts"
import { text } from "../../../domain/Text.ts"

/** 403: a page of another origin asks for a change, or for a websocket, which would act with the reach of the page's reader. */
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

/** 421: the request is for a host that is not this server (RFC 9110, 15.5.20), as after DNS rebinding. */
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

/** Characters of a header that an answer repeats. */
const mostRepeated = 100

/**
 * The host and port asked for: those of an absolute target, which stand for the Host header then (RFC 9112, 3.2.2), without its user and
 * password, which no answer may repeat.
 */
const authorityOf = ({ headers, originalUrl }: Request): string | undefined =>
  originalUrl.startsWith("/")
    ? headers["host"]
    : /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(originalUrl)?.[1] ?? headers["host"]

const urlOf = (scheme: string, authority: string): URL | undefined => {
  const written = `${scheme}//${authority}`
  return /[/?#@\\\s]/.test(authority) || !URL.canParse(written) ? undefined : new URL(written)
}

/** A host's name or address in the one form that URLs give it: lower case, no brackets, no root dot. */
const hostnameOf = (authority: string): string | undefined =>
  urlOf("http:", authority)?.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "")

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"])

/** A websocket can be read and written by the page that opened it, so its GET counts as unsafe. */
const isSafe = ({ headers, method }: Request): boolean =>
  safeMethods.has(method) && headers["upgrade"]?.toLowerCase().includes("websocket") !== true

/**
 * A browser's own word that another site or another port asks (Fetch Metadata, 2.4). `none` is the user's own doing; unknown values are to
 * be ignored.
 */
const isFromElsewhere = (site: string | undefined): boolean => site === "cross-site" || site === "same-site"

/** Whether the page stands at the very host and port that it asks. The scheme is the proxy's, where there is one. */
const isOwn = (origin: string, authority: string | undefined): boolean => {
  if (authority === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false
  const { host, protocol } = new URL(origin)
  return host !== "" && host === urlOf(protocol, authority)?.host
}

/**
 * Refuses pages on the web the use of a reader's browser against this server: by requests that change something, by websockets, and by names
 * that are made to lead here (DNS rebinding). Programs send neither Origin nor Sec-Fetch-Site, and pass. Tokens make any name safe: no
 * browser sends them by itself.
 */
export const checker = (config: Pick<Values, "allowedHosts" | "allowedOrigins" | "apiTokens" | "host">) => {
  const origins: ReadonlySet<string> = new Set(config.allowedOrigins)
  const hosts: ReadonlySet<string | undefined> = new Set([config.host, ...config.allowedHosts].map(hostnameOf))
  const anyHost = Option.isSome(config.apiTokens)

  const isOurs = (authority: string): boolean => {
    const name = hostnameOf(authority)
    return name !== undefined && (isLoopback(name) || hosts.has(name))
  }

  // nearly every request names the host that the one before it did
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
