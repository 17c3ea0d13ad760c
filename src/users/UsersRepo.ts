import { Context, Effect, Layer, type Option, Schema } from "effect"
import { PostId, UserId } from "../domain/Ids.ts"
import { Database } from "../platform/sql/Database.ts"
import * as Query from "../platform/sql/Query.ts"
import { Post, User } from "./Api.ts"

const Window = Schema.Struct({ limit: Schema.Int, after: Schema.Int })
const PostWindow = Schema.Struct({ ...Window.fields, user_id: UserId })
const Following = Schema.Struct({ followed_id: UserId, follower_id: UserId })
type Following = typeof Following.Type
const PostKey = Schema.Struct({ user_id: UserId, post_id: PostId })
const Count = Schema.Struct({ n: Schema.NumberFromString.pipe(Schema.compose(Schema.Int)) })

/** Bounds the posts of a complete profile, as every statement is bounded. */
const profilePosts = 1000

/** The queries on the users' tables, one a method. */
export class UsersRepo extends Context.Tag("barista/users/UsersRepo")<UsersRepo, {
  readonly page: (window: typeof Window.Type) => Effect.Effect<ReadonlyArray<User>, Query.Failure>
  readonly find: (id: UserId) => Effect.Effect<Option.Option<User>, Query.Failure>
  /** Returns those of the ids that users have. */
  readonly known: (ids: ReadonlyArray<UserId>) => Effect.Effect<ReadonlyArray<Pick<User, "id">>, Query.Failure>
  readonly count: () => Effect.Effect<typeof Count.Type, Query.Failure>
  readonly followers: (id: UserId) => Effect.Effect<typeof Count.Type, Query.Failure>
  /** Lists posts newest first. */
  readonly newestPosts: (id: UserId) => Effect.Effect<ReadonlyArray<Post>, Query.Failure>
  readonly postPage: (window: typeof PostWindow.Type) => Effect.Effect<ReadonlyArray<Post>, Query.Failure>
  readonly findPost: (key: typeof PostKey.Type) => Effect.Effect<Option.Option<Post>, Query.Failure>
  readonly insert: (user: Omit<User, "id">) => Effect.Effect<User, Query.Failure>
  readonly insertPost: (post: Omit<Post, "id">) => Effect.Effect<Post, Query.Failure>
  /** Returns the post's id, or none if there was no such post. */
  readonly deletePost: (key: typeof PostKey.Type) => Effect.Effect<Option.Option<Pick<Post, "id">>, Query.Failure>
  /** Reads a following as the transaction sees it. */
  readonly findFollower: (following: Following) => Effect.Effect<Option.Option<Following>, Query.Failure>
  readonly insertFollower: (following: Following) => Effect.Effect<void, Query.Failure>
  readonly deleteFollower: (following: Following) => Effect.Effect<void, Query.Failure>
}>() {
  static readonly layer = Layer.effect(
    UsersRepo,
    Effect.gen(function*() {
      const { reader, writer } = yield* Database

      return {
        page: Query.findAll({
          Request: Window,
          Result: User,
          // `+ 0` here and in every other query. With a limit bound alone, SQLite plans the statement again at each
          // binding, a third of a page's cost
          execute: ({ after, limit }) =>
            reader`SELECT id, name, email FROM users WHERE id > ${after} ORDER BY id LIMIT ${limit} + 0`
        }),
        find: Query.findOne({
          Request: UserId,
          Result: User,
          execute: (id) => reader`SELECT id, name, email FROM users WHERE id = ${id}`
        }),
        known: Query.findAll({
          Request: Schema.Array(UserId),
          Result: Schema.Struct({ id: UserId }),
          execute: (ids) => reader`SELECT id FROM users WHERE ${reader.in("id", ids)}`
        }),
        // as text, since PostgreSQL returns counts as text too
        count: Query.single({
          Request: Schema.Void,
          Result: Count,
          execute: () => reader`SELECT CAST(COUNT(*) AS TEXT) AS n FROM users`
        }),
        followers: Query.single({
          Request: UserId,
          Result: Count,
          execute: (id) => reader`SELECT CAST(COUNT(*) AS TEXT) AS n FROM followers WHERE followed_id = ${id}`
        }),
        // the order of the index; any other order would need a sort, which takes three times as long
        newestPosts: Query.findAll({
          Request: UserId,
          Result: Post,
          execute: (id) =>
            reader`
              SELECT id, user_id, title, content FROM posts WHERE user_id = ${id} ORDER BY id DESC LIMIT ${profilePosts} + 0`
        }),
        postPage: Query.findAll({
          Request: PostWindow,
          Result: Post,
          execute: ({ after, limit, user_id }) =>
            reader`
              SELECT id, user_id, title, content FROM posts
              WHERE user_id = ${user_id} AND id > ${after} ORDER BY id LIMIT ${limit} + 0`
        }),
        findPost: Query.findOne({
          Request: PostKey,
          Result: Post,
          execute: ({ post_id, user_id }) =>
            reader`SELECT id, user_id, title, content FROM posts WHERE user_id = ${user_id} AND id = ${post_id}`
        }),
        insert: Query.single({
          Request: Schema.Struct({ name: Schema.String, email: Schema.String }),
          Result: User,
          execute: ({ email, name }) =>
            writer`
              INSERT INTO users (name, email, email_key) VALUES (${name}, ${email}, ${email.toLowerCase()})
              RETURNING id, name, email`
        }),
        insertPost: Query.single({
          Request: Schema.Struct({ user_id: UserId, title: Schema.String, content: Schema.String }),
          Result: Post,
          execute: ({ content, title, user_id }) =>
            writer`
              INSERT INTO posts (user_id, title, content) VALUES (${user_id}, ${title}, ${content})
              RETURNING id, user_id, title, content`
        }),
        deletePost: Query.findOne({
          Request: PostKey,
          Result: Schema.Struct({ id: PostId }),
          execute: ({ post_id, user_id }) =>
            writer`DELETE FROM posts WHERE user_id = ${user_id} AND id = ${post_id} RETURNING id`
        }),
        findFollower: Query.findOne({
          Request: Following,
          Result: Following,
          execute: ({ followed_id, follower_id }) =>
            writer`
              SELECT followed_id, follower_id FROM followers
              WHERE followed_id = ${followed_id} AND follower_id = ${follower_id}`
        }),
        insertFollower: Query.void({
          Request: Following,
          execute: (following) => writer`INSERT INTO followers ${writer.insert(following)} ON CONFLICT DO NOTHING`
        }),
        deleteFollower: Query.void({
          Request: Following,
          execute: ({ followed_id, follower_id }) =>
            writer`DELETE FROM followers WHERE followed_id = ${followed_id} AND follower_id = ${follower_id}`
        })
      }
    })
  )
}
