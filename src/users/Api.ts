import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { Email, emailDocument } from "../domain/Email.ts"
import { PostId, PostIdFromText, UserId, UserIdFromText } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { idempotent } from "../platform/http/contract/Idempotent.ts"
import { PageParams } from "../platform/http/contract/Pagination.ts"
import { Params } from "../platform/http/contract/Params.ts"
import { JudgesConditions, PreconditionFailed } from "../platform/http/contract/Preconditions.ts"
import { answerHeaders } from "../platform/http/openapi/Headers.ts"
import { Content, exampleContent, exampleTitle, Name, Title } from "./Texts.ts"

const shown = (example: string) => Schema.String.annotations({ examples: [example] })

// structs, as a class makes an instance of every row; for twenty rows that adds a tenth to a request's cost
export const User = Schema.Struct({
  id: UserId,
  name: shown("Alice"),
  email: shown("alice@example.com")
}).annotations({ identifier: "User" })
export type User = typeof User.Type

export const Post = Schema.Struct({
  id: PostId,
  user_id: UserId,
  title: shown(exampleTitle),
  content: shown(exampleContent)
}).annotations({ identifier: "Post" })
export type Post = typeof Post.Type

export const Profile = Schema.Struct({
  user: User,
  posts: Schema.Array(Post),
  followers: Schema.Int.annotations({ description: "Their number", examples: [2] })
}).annotations({ identifier: "Profile" })
export type Profile = typeof Profile.Type

/** 404: no user has that id. */
export class UserNotFound extends Problem.define<UserNotFound>()("UserNotFound", 404, { user_id: UserId }) {
  get problem(): Problem.Description {
    return {
      title: text("Utilisateur inconnu", "Unknown user"),
      detail: text(`Aucun utilisateur n'a l'id ${this.user_id}.`, `No user has the id ${this.user_id}.`)
    }
  }
}

/** 404: the user has no post of that id; another user may have one. */
export class PostNotFound
  extends Problem.define<PostNotFound>()("PostNotFound", 404, { user_id: UserId, post_id: PostId })
{
  get problem(): Problem.Description {
    return {
      title: text("Article inconnu", "Unknown post"),
      detail: text(
        `L'utilisateur ${this.user_id} n'a pas d'article ${this.post_id}.`,
        `User ${this.user_id} has no post ${this.post_id}.`
      )
    }
  }
}

/** 409: another user has that address already, compared without case. */
export class EmailTaken extends Problem.define<EmailTaken>()("EmailTaken", 409, { email: Schema.String }) {
  get problem(): Problem.Description {
    return {
      title: text("Adresse déjà utilisée", "E-mail taken"),
      detail: text(`Un utilisateur a déjà l'adresse ${this.email}.`, `A user has the address ${this.email} already.`)
    }
  }
}

/** An address that no sample user has, so that the documentation's example works. */
const NewEmail = Email.annotations({ jsonSchema: { ...emailDocument, examples: ["zoe@example.com"] } })

const userId = HttpApiSchema.param("user_id", UserIdFromText)
const followerId = HttpApiSchema.param("follower_id", UserIdFromText)
const postId = HttpApiSchema.param("post_id", PostIdFromText)

/** The chapter « Base de données asynchrone » of the handbook. */
export const UsersApi = HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("list", "/users")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(User))
      .annotateContext(
        documented("The users", "Ascending id, a page at a time; the Link header leads to the next one.")
      )
  )
  .add(
    HttpApiEndpoint.post("create", "/users")
      .setPayload(Params({ name: Name, email: NewEmail }))
      // a status on addSuccess alone would remove the struct's name, and so its component in the document
      .addSuccess(User.annotations(HttpApiSchema.annotations({ status: 201, identifier: "User" })))
      .addError(EmailTaken)
      .annotateContext(documented("A new user", "Name and e-mail from the query or a JSON object."))
      .annotateContext(answerHeaders({ 201: ["Location"] }))
      .pipe(idempotent)
  )
  .add(
    HttpApiEndpoint.get("completeProfile")`/users/${userId}/complete-profile`
      .addSuccess(Profile)
      .addError(UserNotFound)
      .annotateContext(
        documented(
          "A user with posts and followers",
          "Three queries, concurrent if the database allows; at most the newest 1,000 posts."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("listPosts")`/users/${userId}/posts`
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Post))
      .addError(UserNotFound)
      .annotateContext(documented("A user's posts", "Ascending id, a page at a time."))
  )
  .add(
    HttpApiEndpoint.post("createPost")`/users/${userId}/posts`
      .setPayload(Params({ title: Title, content: Content }))
      .addSuccess(Post.annotations(HttpApiSchema.annotations({ status: 201, identifier: "Post" })))
      .addError(UserNotFound)
      .annotateContext(documented("A new post", "Title of 1 to 200 characters, content of 1 to 100,000."))
      .annotateContext(answerHeaders({ 201: ["Location"] }))
      .pipe(idempotent)
  )
  .add(
    HttpApiEndpoint.get("getPost")`/users/${userId}/posts/${postId}`
      .addSuccess(Post)
      .addError(PostNotFound)
      .annotateContext(documented("One post", "404 if that user has no such post."))
  )
  .add(
    HttpApiEndpoint.del("deletePost")`/users/${userId}/posts/${postId}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(PostNotFound)
      .annotateContext(documented("Deletes a post", "404 if that user has no such post."))
  )
  .add(
    HttpApiEndpoint.put("follow")`/users/${userId}/followers/${followerId}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(UserNotFound)
      .addError(Problem.InvalidInput)
      .addError(PreconditionFailed)
      .annotate(JudgesConditions, true)
      .annotateContext(documented(
        "Follows a user",
        "Idempotent; following oneself is a 422. If-None-Match: * demands that the follower is new."
      ))
  )
  .add(
    HttpApiEndpoint.del("unfollow")`/users/${userId}/followers/${followerId}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(UserNotFound)
      .addError(PreconditionFailed)
      .annotate(JudgesConditions, true)
      .annotateContext(documented(
        "Unfollows a user",
        "Idempotent: 204 even if there is nothing to remove. If-Match: * demands that the follower exists."
      ))
  )
  .annotateContext(
    OpenApi.annotations({ title: "users", description: "Users, their posts and their followers in a database." })
  )
