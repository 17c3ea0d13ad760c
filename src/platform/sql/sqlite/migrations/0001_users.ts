import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** The handbook's users, posts and followers. */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE users (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      email TEXT NOT NULL,
      email_key TEXT NOT NULL UNIQUE
    )`
  yield* sql`
    CREATE TABLE posts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id INTEGER NOT NULL REFERENCES users (id),
      title TEXT NOT NULL,
      content TEXT NOT NULL
    )`
  yield* sql`CREATE INDEX posts_by_user ON posts (user_id, id)`
  yield* sql`
    CREATE TABLE followers (
      followed_id INTEGER NOT NULL REFERENCES users (id),
      follower_id INTEGER NOT NULL REFERENCES users (id),
      PRIMARY KEY (followed_id, follower_id),
      CHECK (followed_id <> follower_id)
    )`
})
