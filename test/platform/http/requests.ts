import { HttpApi } from "@effect/platform"
import { FastCheck, Option } from "effect"
import { Api } from "../../../src/Api.ts"
import { parametersOf } from "../../../src/platform/http/contract/Params.ts"

/** A request as a client writes it. */
export interface Written {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

const { array, constant, constantFrom, nat, oneof, option, record, stringMatching, tuple, webSegment } = FastCheck

interface Operation {
  readonly method: string
  readonly path: string
  /** The names of the operation's parameters, from the query or from the body. */
  readonly names: ReadonlyArray<string>
  readonly takesBody: boolean
}

const operations = (() => {
  const found: Array<Operation> = []
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint: { method, path, payloadSchema, urlParamsSchema } }) => {
      // its answer depends on the server's history
      if (["/metrics", "/nodes", "/timelines"].includes(path)) return
      const schemas = [...Option.toArray(urlParamsSchema), ...Option.toArray(payloadSchema)]
      const names = schemas.flatMap(({ ast }) => Array.from(parametersOf(ast).keys()))
      found.push({ method, path, names, takesBody: Option.isSome(payloadSchema) })
    }
  })
  return found
})()

/** Chooses ids. Where the answer depends on a job's progress, the ids belong to no job. */
const idsOf = (path: string) =>
  path.startsWith("/jobs") ? constantFrom("999", "0", "x") : oneof(
    { weight: 4, arbitrary: constantFrom("1", "2", "3") },
    constantFrom("4", "999", "0", "-1", "1.5", "abc", "9007199254740991", "9007199254740992", "1e3", "+1"),
    constantFrom(
      "%31",
      "%20",
      "%ZZ",
      "%C3",
      "%2F",
      "%2e%2e",
      "é",
      "1;x",
      "1:2",
      "..",
      "a".repeat(101),
      "a".repeat(1001)
    )
  )

const pathOf = ({ path }: Operation) =>
  tuple(...path.split(/(:\w+)/).map((part) => part.startsWith(":") ? idsOf(path) : constant(part)))
    .map((parts) => parts.join(""))

const altered = (path: string) =>
  oneof(
    { weight: 8, arbitrary: constant(path) },
    constantFrom(`${path}/`, path.replace(/\/$/, ""), `${path}//`, `/${path}`, `${path}/x`, `http://a.example${path}`),
    constantFrom(path.toUpperCase(), path.replace("-", "%2D"), `${path};v=1`, `${path}/;`, path.replace("/", "/./"))
  )

const elsewhere = oneof(
  constantFrom(
    "/",
    "//",
    "/nowhere",
    "/openapi.json",
    "/openapi.json/",
    "/docs",
    "/docs/",
    "/docs/x",
    "/console/x.js",
    "/%",
    "/*",
    "*",
    "/toString"
  ),
  webSegment().map((segment) => `/${segment}`)
)

const texts = constantFrom("Ann", "ann@example.org", "bob@example.org", "", " ", "x", "é", "☕", "a,b", "true", "null")
const numbers = constantFrom("1", "2", "3", "10", "0", "-1", "1.5", "0.01", "1.001", "01", "1e3", "1000", "1001", "NaN")

/** Valid values of the most common parameters, by name. */
const valid: Readonly<Record<string, FastCheck.Arbitrary<string>>> = {
  email: nat(30).map((id) => `user${id}@example.org`),
  name: texts,
  title: texts,
  content: texts,
  from_user: constantFrom("1", "2", "3"),
  to_user: constantFrom("1", "2", "3"),
  amount: constantFrom("1", "0.5", "10", "1000"),
  delay: constant("604800"),
  state: constantFrom("waiting", "failed"),
  kind: constantFrom("registration", "notification")
}

/** Draws values of a parameter, except valid timeouts, which would make the answer slow. */
const valuesOf = (name: string) =>
  name === "timeout"
    ? constantFrom("0", "31", "x")
    : oneof(
      { weight: 8, arbitrary: (Object.hasOwn(valid, name) ? valid[name] : undefined) ?? constantFrom("1", "2", "10") },
      { weight: 1, arbitrary: oneof(texts, numbers) }
    )

const others = ["limit", "after", "name", "email", "__proto__", "unknown", ""]

const pairsOf = ({ names }: Operation) =>
  oneof(
    { weight: 6, arbitrary: tuple(...names.map((name) => tuple(constant(name), valuesOf(name)))) },
    {
      weight: 1,
      arbitrary: array(constantFrom(...names, ...others).chain((name) => tuple(constant(name), valuesOf(name))), {
        maxLength: 4
      })
    }
  )

const anyQueryOf = (operation: Operation) =>
  oneof(
    pairsOf(operation).map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")),
    constantFrom(
      "",
      "&",
      "=",
      "a=%ZZ",
      "a=%C3",
      "limit=1&limit=1",
      "limit=1&limit=2",
      "name=a+b",
      "limit=1;after=1",
      "?",
      "#"
    )
  )

/** Draws the query. No job begins, as a job's progress depends on the moment. */
const queryOf = (operation: Operation) =>
  anyQueryOf(operation).map((query) => (operation.names.includes("delay") ? `delay=604800&${query}` : query))

const json = (value: unknown) => constant(JSON.stringify(value))

const bodyOf = (operation: Operation) =>
  oneof(
    { weight: 3, arbitrary: constant("") },
    {
      weight: 5,
      arbitrary: pairsOf(operation).chain((pairs) =>
        json(
          Object.fromEntries(pairs.map(([name, value]) => [name, /^\d+(\.\d+)?$/.test(value) ? Number(value) : value]))
        )
      )
    },
    { weight: 3, arbitrary: array(oneof(texts, nat(9)), { maxLength: 5 }).chain(json) },
    constantFrom(
      "null",
      "1",
      "\"x\"",
      "{",
      "[",
      "{}",
      "{\"a\":1,}",
      " {} ",
      "\uFEFF{}",
      "{\"name\":\"\\ud800\"}",
      "{\"__proto__\":{}}"
    ),
    constantFrom("[".repeat(101) + "]".repeat(101), "[".repeat(50_000)),
    constantFrom(Buffer.from([0x22, 0xff, 0x22]), Buffer.alloc(1024 ** 2 + 1, 0x20)),
    constantFrom(
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n",
      "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.txt\"\r\n\r\nhello\r\n--x--\r\n",
      "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n",
      "--y--"
    )
  )

const optional = (name: string, values: FastCheck.Arbitrary<string>) =>
  option(values, { freq: 3 }).map((value) => (value === null ? {} : { [name]: value }))

const rarely = (name: string, values: FastCheck.Arbitrary<string>) =>
  oneof({ weight: 14, arbitrary: constant({}) }, values.map((value) => ({ [name]: value })))

const trace = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"

const headers = tuple(
  optional(
    "content-type",
    oneof(
      { weight: 14, arbitrary: constant("application/json") },
      constantFrom(
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/problem+json",
        "application/jsonp"
      ),
      {
        weight: 2,
        arbitrary: constantFrom("multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "", "x")
      }
    )
  ),
  optional("accept-language", constantFrom("fr", "en", "*", "de", "en;q=0.5, fr;q=0.4", "en;q=0", "fr-CA", ",;q", "")),
  rarely("accept", constantFrom("text/event-stream", "text/event-stream;q=0", "application/json", "")),
  rarely("content-encoding", constantFrom("identity", "gzip", "")),
  rarely(
    "idempotency-key",
    oneof(constantFrom("a", "\"a\"", "b", "", "\"", "é", "x".repeat(256)), stringMatching(/^[a-c]$/))
  ),
  rarely("expect", constantFrom("100-continue", "100-Continue", "100-continue", "tea")),
  oneof(
    { weight: 9, arbitrary: constant({}) },
    constantFrom("h2c", "websocket").map((upgrade) => ({ upgrade, connection: "upgrade" }))
  ),
  rarely("transfer-encoding", constantFrom("chunked")),
  rarely("traceparent", constantFrom(`00-${trace}-01`, "00-0-0-01", "x")),
  rarely("range", constantFrom("bytes=0-1", "bytes=9-", "bytes=-1", "x")),
  rarely("if-none-match", constantFrom("*", "\"x\"")),
  rarely("host", constantFrom("", "a.example"))
).map((parts): Readonly<Record<string, string>> => Object.assign({}, ...parts))

const methods = constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND")

const toOperation = constantFrom(...operations, ...operations.filter(({ takesBody }) => takesBody)).chain((operation) =>
  record({
    method: oneof(
      { weight: 6, arbitrary: constant(operation.method) },
      { weight: 1, arbitrary: constant("HEAD") },
      methods
    ),
    path: pathOf(operation).chain(altered),
    query: queryOf(operation),
    headers,
    body: operation.takesBody ? bodyOf(operation) : oneof({ weight: 5, arbitrary: constant("") }, bodyOf(operation))
  })
)

const toElsewhere = record({
  method: methods,
  path: elsewhere,
  query: constantFrom("", "a=1"),
  headers,
  body: constant("")
})

/** Draws valid and invalid requests, to the contract's operations and to other paths. */
export const requests: FastCheck.Arbitrary<Written> = oneof(
  { weight: 9, arbitrary: toOperation },
  { weight: 1, arbitrary: toElsewhere }
).map(({ body, headers, method, path, query }) => ({
  method,
  path: query === "" ? path : `${path}?${query}`,
  headers,
  body
}))
