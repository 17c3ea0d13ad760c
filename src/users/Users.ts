import { Array, Context, Effect, Layer, Option } from "effect"
import type { PostId, UserId } from "../domain/Ids.ts"
import { InvalidInput } from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"
import { UserDirectory } from "../domain/UserDirectory.ts"
import type { Window } from "../domain/Window.ts"
import { traced } from "../platform/observability/Tracing.ts"
import { isUniqueViolation } from "../platform/sql/constraints.ts"
import { Database } from "../platform/sql/Database.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { EmailTaken, type Post, PostNotFound, type Profile, type User, UserNotFound } from "./Api.ts"
import { UsersRepo } from "./UsersRepo.ts"

/** Fails if a following, present or absent, may not be changed. */
type Admission<E> = (isThere: boolean) => Effect.Effect<void, E>

/**
 * The handbook's users with their posts and followers. If the database refuses a statement for a reason beyond the
 * domain's rules, that is a defect: a 500 with its cause in the log.
 */
export class Users extends Context.Tag("barista/users/Users")<Users, {
  /** Lists at most `limit` users whose id is above `after`, ascending. */
  readonly list: (window: Window) => Effect.Effect<ReadonlyArray<User>>
  readonly create: (user: { readonly name: string; readonly email: string }) => Effect.Effect<User, EmailTaken>
  /**
   * Reads the user, the newest posts and the number of followers by three queries, concurrent if the database allows.
   */
  readonly completeProfile: (id: UserId) => Effect.Effect<Profile, UserNotFound>
  readonly listPosts: (id: UserId, window: Window) => Effect.Effect<ReadonlyArray<Post>, UserNotFound>
  readonly createPost: (
    id: UserId,
    post: { readonly title: string; readonly content: string }
  ) => Effect.Effect<Post, UserNotFound>
  readonly getPost: (id: UserId, post: PostId) => Effect.Effect<Post, PostNotFound>
  readonly deletePost: (id: UserId, post: PostId) => Effect.Effect<void, PostNotFound>
  /** Adds a follower; idempotent. Fails with `InvalidInput` for following oneself. */
  readonly follow: <E = never>(
    followed: UserId,
    follower: UserId,
    admit?: Admission<E>
  ) => Effect.Effect<void, UserNotFound | InvalidInput | E>
  readonly unfollow: <E = never>(
    followed: UserId,
    follower: UserId,
    admit?: Admission<E>
  ) => Effect.Effect<void, UserNotFound | E>
}>() {
  static readonly layer = Layer.effect(
    Users,
    Effect.gen(function*() {
      const repo = yield* UsersRepo
      const { readConcurrency, transaction } = yield* Database

      const find = Effect.fnUntraced(function*(user_id: UserId) {
        const user = yield* orDefect(repo.find(user_id))
        return yield* Option.match(user, {
          onNone: () => new UserNotFound({ user_id }),
          onSome: Effect.succeed
        })
      })

      const createPost = Effect.fnUntraced(function*(
        user_id: UserId,
        post: { readonly title: string; readonly content: string }
      ) {
        yield* find(user_id)
        return yield* orDefect(repo.insertPost({ user_id, ...post }))
      }, traced("Users.createPost"))

      const deletePost = Effect.fnUntraced(function*(user_id: UserId, post_id: PostId) {
        const deleted = yield* orDefect(repo.deletePost({ user_id, post_id }))
        if (Option.isNone(deleted)) return yield* new PostNotFound({ user_id, post_id })
      }, traced("Users.deletePost"))

      const changeFollowing = Effect.fnUntraced(function*<E>(
        followed_id: UserId,
        follower_id: UserId,
        change: typeof repo.insertFollower,
        admit: Admission<E> | undefined
      ) {
        yield* find(followed_id)
        yield* find(follower_id)
        const following = { followed_id, follower_id }
        if (admit === undefined) return yield* orDefect(change(following))
        yield* orDefect(transaction(Effect.gen(function*() {
          yield* admit(Option.isSome(yield* repo.findFollower(following)))
          yield* change(following)
        })))
      })

      return {
        list: ({ after, limit }) => traced("Users.list")(orDefect(repo.page({ after: after ?? 0, limit }))),
        create: (user) =>
          repo.insert(user).pipe(
            Effect.catchTag("SqlError", (error) =>
              isUniqueViolation(error) ? new EmailTaken({ email: user.email }) : Effect.die(error)),
            orDefect,
            traced("Users.create")
          ),
        completeProfile: (id) =>
          Effect.all({
            user: find(id),
            posts: Effect.map(orDefect(repo.newestPosts(id)), (newestFirst) => newestFirst.toReversed()),
            followers: Effect.map(orDefect(repo.followers(id)), ({ n }) => n)
          }, { concurrency: readConcurrency }).pipe(traced("Users.completeProfile")),
        listPosts: (user_id, { after, limit }) =>
          traced("Users.listPosts")(
            Effect.zipRight(find(user_id), orDefect(repo.postPage({ user_id, after: after ?? 0, limit })))
          ),
        createPost: (id, post) => orDefect(transaction(createPost(id, post))),
        getPost: (user_id, post_id) =>
          traced("Users.getPost")(Effect.flatMap(
            orDefect(repo.findPost({ user_id, post_id })),
            Option.match({ onNone: () => new PostNotFound({ user_id, post_id }), onSome: Effect.succeed })
          )),
        deletePost,
        follow: Effect.fnUntraced(function*(followed_id, follower_id, admit) {
          if (followed_id === follower_id) {
            return yield* InvalidInput.of(
              ["path", "follower_id"],
              text("doit être un autre utilisateur que user_id", "must be another user than user_id"),
              "value_error"
            )
          }
          yield* changeFollowing(followed_id, follower_id, repo.insertFollower, admit)
        }, traced("Users.follow")),
        unfollow: (followed_id, follower_id, admit) =>
          traced("Users.unfollow")(changeFollowing(followed_id, follower_id, repo.deleteFollower, admit))
      }
    })
  )

  /** The port by which other chapters ask about users. */
  static readonly directory = Layer.effect(
    UserDirectory,
    Effect.map(UsersRepo, (repo) => ({
      missing: (ids) =>
        Effect.map(orDefect(repo.known(ids)), (rows) => {
          const known = new Set(rows.map(({ id }) => id))
          return Array.findFirst(ids, (id) => !known.has(id))
        }),
      count: Effect.map(orDefect(repo.count()), ({ n }) => n)
    }))
  )
}

/** Adds the users of a new database, ids 1 to 3, with their posts and followers. */
export const sample = Effect.gen(function*() {
  const users = yield* Users
  const alice = yield* users.create({ name: "Alice", email: "alice@example.com" })
  const bob = yield* users.create({ name: "Bob", email: "bob@example.com" })
  const chloe = yield* users.create({ name: "Chloé", email: "chloe@example.com" })
  yield* users.createPost(alice.id, { title: "Un café, deux cafés", content: "Personne n'attend l'autre." })
  yield* users.createPost(alice.id, { title: "Trois secondes", content: "Dormir n'est pas bloquer." })
  yield* users.createPost(bob.id, { title: "Bonjour", content: "Premier article." })
  yield* users.follow(alice.id, bob.id)
  yield* users.follow(alice.id, chloe.id)
  yield* users.follow(bob.id, alice.id)
  return { alice, bob, chloe }
})
