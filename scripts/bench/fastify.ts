// The routes of the comparison on Fastify. Arguments: database file. Prints its port.
import fastify from "fastify"
import { plainRoutes } from "./plainRoutes.ts"

const routes = plainRoutes(process.argv[2] ?? "")
const app = fastify({ routerOptions: { ignoreTrailingSlash: true } })

app.get("/health/live", () => routes.live())
app.get("/users/", () => routes.users())
app.get<{ Params: { id: number } }>("/users/:id/complete-profile", ({ params }) => routes.profile(Number(params.id)))
app.post<{ Querystring: { name: string; email: string } }>(
  "/users/",
  ({ query }) => routes.createUser(query.name, query.email)
)
app.post<{ Querystring: { from_user: string; to_user: string; amount: string } }>(
  "/transfer-money/",
  ({ query }) => routes.transfer(Number(query.from_user), Number(query.to_user), Number(query.amount))
)

app.listen({ port: 0, host: "127.0.0.1" }).then(
  (url) => process.stdout.write(`${new URL(url).port}\n`),
  (error) => {
    process.stderr.write(`${error}\n`)
    process.exitCode = 1
  }
)
