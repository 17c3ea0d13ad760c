// The routes of the comparison on node:http alone. Arguments: database file. Prints its port.
import { createServer } from "node:http"
import { plainRoutes } from "./plainRoutes.ts"

const routes = plainRoutes(process.argv[2] ?? "")

const answer = (method: string, url: URL): unknown => {
  const { pathname, searchParams: query } = url
  const profile = /^\/users\/(\d+)\/complete-profile$/.exec(pathname)
  if (profile !== null) return routes.profile(Number(profile[1]))
  switch (`${method} ${pathname}`) {
    case "GET /health/live":
      return routes.live()
    case "GET /users/":
      return routes.users()
    case "POST /users/":
      return routes.createUser(query.get("name") ?? "", query.get("email") ?? "")
    case "POST /transfer-money/":
      return routes.transfer(Number(query.get("from_user")), Number(query.get("to_user")), Number(query.get("amount")))
    default:
      return undefined
  }
}

const server = createServer((request, response) => {
  const body = JSON.stringify(answer(request.method ?? "", new URL(request.url ?? "/", "http://localhost")))
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`)
})
