// The routes of the comparison on Fastify and better-sqlite3. Arguments: database file. Prints its port.
import fastify, { type FastifyError } from "fastify"
import { decoding } from "./decoding/fastify.ts"
import { batch } from "./fastify/batch.ts"
import { open } from "./fastify/database.ts"
import { transfers } from "./fastify/transfers.ts"
import { users } from "./fastify/users.ts"

const db = open(process.argv[2] ?? "")
const app = fastify({ bodyLimit: 1_048_576, routerOptions: { ignoreTrailingSlash: true } })

app.setErrorHandler((error: FastifyError, _, reply) => {
  const status = error.validation === undefined ? error.statusCode ?? 500 : 422
  reply.code(status).type("application/problem+json").send({ status, title: error.message, errors: error.validation })
})

const healthy = { response: { 200: { type: "object", properties: { status: { type: "string" } } } } }
app.get("/health/live", { schema: healthy }, (_, reply) => {
  reply.send({ status: "ok" })
})
app.register(decoding)
app.register(users, { db })
app.register(transfers, { db })
app.register(batch)

app.listen({ port: 0, host: "127.0.0.1" }).then(
  (url) => process.stdout.write(`${new URL(url).port}\n`),
  (error) => {
    process.stderr.write(`${error}\n`)
    process.exitCode = 1
  }
)
