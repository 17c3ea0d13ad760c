import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { PostId, PostIdFromText, UserId, UserIdFromText } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"
import { PageParams } from "../platform/http/Pagination.ts"
import { Params } from "../platform/http/Params.ts"

/** A name: 1 to 200 characters after trimming. */
export const Name = Schema.Trim.pipe(
  Schema.minLength(1, { message: () => "must have 1 to 200 characters" }),
  Schema.maxLength(200, { message: () => "must have 1 to 200 characters" }),
  Schema.pattern(/^\P{Cc}*$/u, { message: () => "must not contain control characters" })
).annotations({ description: "1 to 200 characters", examples: ["Alice"] })

/** An address of the form that HTML's e-mail field takes (WHATWG, "valid e-mail address"), at most 254 characters (RFC 5321). */
export const Email = Schema.Trim.pipe(
  Schema.maxLength(254, { message: () => "must have at most 254 characters" }),
  Schema.pattern(
    /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i,
    { message: () => "must be an e-mail address such as alice@example.com" }
  )
).annotations({ description: "An e-mail address", examples: ["alice@example.com"] })

const line = (most: number) =>
  Schema.Trim.pipe(
    Schema.minLength(1, { message: () => `must have 1 to ${most} characters` }),
    Schema.maxLength(most, { message: () => `must have 1 to ${most} characters` })
  )

export class User extends Schema.Class<User>("User")({ id: UserId, name: Schema.String, email: Schema.String }) {}

export class Post extends Schema.Class<Post>("Post")({
  id: PostId,
  user_id: UserId,
  title: Schema.String,
  content: Schema.String
}) {}

export class Profile extends Schema.Class<Profile>("Profile")({
  user: User,
  posts: Schema.Array(Post),
  followers: Schema.Int
}) {}

/** 404: no user has that id. */
export class UserNotFound extends Problem.define<UserNotFound>()("UserNotFound", 404, { user_id: UserId }) {
  get problem(): Problem.Description {
    return {
      title: text("Utilisateur inconnu", "Unknown user"),
      detail: text(`Aucun utilisateur n'a l'id ${this.user_id}.`, `No user has the id ${this.user_id}.`)
    }
  }
}

/** 404: that user has no post of that id. */
export class PostNotFound extends Problem.define<PostNotFound>()("PostNotFound", 404, { post_id: PostId }) {
  get problem(): Problem.Description {
    return {
      title: text("Article inconnu", "Unknown post"),
      detail: text(`Aucun article n'a l'id ${this.post_id}.`, `No post has the id ${this.post_id}.`)
    }
  }
}

/** 409: another user has that address already; upper and lower case do not matter. */
export class EmailTaken extends Problem.define<EmailTaken>()("EmailTaken", 409, { email: Schema.String }) {
  get problem(): Problem.Description {
    return {
      title: text("Adresse déjà utilisée", "E-mail taken"),
      detail: text(`Un utilisateur a déjà l'adresse ${this.email}.`, `A user has the address ${this.email} already.`)
    }
  }
}

const userId = HttpApiSchema.param("user_id", UserIdFromText)
const followerId = HttpApiSchema.param("follower_id", UserIdFromText)
const postId = HttpApiSchema.param("post_id", PostIdFromText)

const describe = (summary: string, description: string) => OpenApi.annotations({ summary, description })

/** The chapter « Base de données asynchrone » of the handbook. */
export const UsersApi = HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("list", "/users")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(User))
      .annotateContext(describe("The users", "Ascending id, a page at a time; the Link header leads to the next one."))
  )
  .add(
    HttpApiEndpoint.post("create", "/users")
      .setPayload(Params({ name: Name, email: Email }))
      .addSuccess(User, { status: 201 })
      .addError(EmailTaken)
      .annotateContext(describe("A new user", "Name and e-mail from the query or a JSON object."))
  )
  .add(
    HttpApiEndpoint.get("completeProfile")`/users/${userId}/complete-profile`
      .addSuccess(Profile)
      .addError(UserNotFound)
      .annotateContext(
        describe(
          "A user with posts and followers",
          "Three queries, composed concurrently; at most the newest 1,000 posts."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("listPosts")`/users/${userId}/posts`
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Post))
      .addError(UserNotFound)
      .annotateContext(describe("A user's posts", "Ascending id, a page at a time."))
  )
  .add(
    HttpApiEndpoint.post("createPost")`/users/${userId}/posts`
      .setPayload(Params({ title: line(200), content: line(100_000) }))
      .addSuccess(Post, { status: 201 })
      .addError(UserNotFound)
      .annotateContext(describe("A new post", "Title of 1 to 200 characters, content of 1 to 100,000."))
  )
  .add(
    HttpApiEndpoint.get("getPost")`/users/${userId}/posts/${postId}`
      .addSuccess(Post)
      .addError(PostNotFound)
      .annotateContext(describe("One post", "404 where that user has no such post."))
  )
  .add(
    HttpApiEndpoint.del("deletePost")`/users/${userId}/posts/${postId}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(PostNotFound)
      .annotateContext(describe("Deletes a post", "404 where that user has no such post."))
  )
  .add(
    HttpApiEndpoint.put("follow")`/users/${userId}/followers/${followerId}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(UserNotFound)
      .addError(Problem.InvalidInput)
      .annotateContext(describe("Follows a user", "Idempotent; following oneself is a 422."))
  )
  .add(
    HttpApiEndpoint.del("unfollow")`/users/${userId}/followers/${followerId}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(UserNotFound)
      .annotateContext(describe("Ceases to follow a user", "Idempotent."))
  )
  .annotateContext(OpenApi.annotations({ title: "users", description: "« Base de données asynchrone »" }))
