import Sqlite from "better-sqlite3"
import type { FastifyPluginCallback } from "fastify"
import { id, problem, type WithDatabase } from "./database.ts"

const user = {
  type: "object",
  required: ["id", "name", "email"],
  properties: { id: { type: "integer" }, name: { type: "string" }, email: { type: "string" } }
}

const post = {
  type: "object",
  required: ["id", "user_id", "title", "content"],
  properties: {
    id: { type: "integer" },
    user_id: { type: "integer" },
    title: { type: "string" },
    content: { type: "string" }
  }
}

const listSchema = {
  querystring: {
    type: "object",
    properties: { limit: { type: "integer", minimum: 1, maximum: 1000, default: 100 }, after: { ...id, minimum: 0 } }
  },
  response: { 200: { type: "array", items: user } }
}

const profileSchema = {
  params: { type: "object", required: ["id"], properties: { id } },
  response: {
    200: {
      type: "object",
      required: ["user", "posts", "followers"],
      properties: { user, posts: { type: "array", items: post }, followers: { type: "integer" } }
    }
  }
}

const oneLine = "^[^\\p{Cc}\\p{Cs}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]*$"
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
const address = `^[\\w.!#$%&'*+/=?^\`{|}~\\-]+@${label}(?:\\.${label})+$`

const createSchema = {
  querystring: {
    type: "object",
    required: ["name", "email"],
    properties: {
      name: { type: "string", minLength: 1, maxLength: 200, pattern: oneLine },
      email: { type: "string", maxLength: 254, pattern: address }
    }
  },
  response: { 201: user }
}

interface List {
  readonly Querystring: { readonly limit: number; readonly after?: number }
}

interface Profile {
  readonly Params: { readonly id: number }
}

interface Create {
  readonly Querystring: { readonly name: string; readonly email: string }
}

interface Row {
  readonly id: number
}

export const users: FastifyPluginCallback<WithDatabase> = (app, { db }, done) => {
  const page = db.prepare<[number, number], Row>(
    "SELECT id, name, email FROM users WHERE id > ? ORDER BY id LIMIT ? + 0"
  )
  const find = db.prepare<[number], Row>("SELECT id, name, email FROM users WHERE id = ?")
  const newestPosts = db.prepare<[number]>(
    `SELECT id, user_id, title, content FROM (
      SELECT id, user_id, title, content FROM posts WHERE user_id = ? ORDER BY id DESC LIMIT 1000
    ) AS newest ORDER BY id`
  )
  const followers = db.prepare<[number], number>("SELECT COUNT(*) FROM followers WHERE followed_id = ?").pluck()
  const insert = db.prepare<[string, string, string], Row>(
    "INSERT INTO users (name, email, email_key) VALUES (?, ?, ?) RETURNING id, name, email"
  )

  app.get<List>("/users", { schema: listSchema }, ({ query: { after = 0, limit } }, reply) => {
    const rows = page.all(after, limit + 1)
    if (rows.length > limit) {
      rows.pop()
      reply.header("link", `</users/?limit=${limit}&after=${rows.at(-1)?.id}>; rel="next"`)
    }
    reply.send(rows)
  })

  app.get<Profile>("/users/:id/complete-profile", { schema: profileSchema }, ({ params: { id } }, reply) => {
    const user = find.get(id)
    if (user === undefined) reply.code(404).send(problem(404, "Unknown user", { user_id: id }))
    else reply.send({ user, posts: newestPosts.all(id).reverse(), followers: followers.get(id) })
  })

  app.post<Create>("/users", { schema: createSchema }, ({ query: { email, name } }, reply) => {
    try {
      const user = insert.get(name.trim(), email, email.toLowerCase())
      reply.code(201).header("location", `/users/${user?.id}/complete-profile`).send(user)
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError) || error.code !== "SQLITE_CONSTRAINT_UNIQUE") throw error
      reply.code(409).send(problem(409, "E-mail taken", { email }))
    }
  })
  done()
}
