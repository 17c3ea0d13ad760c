import { expect, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Email } from "../../src/domain/Email.ts"
import { PostId, UserId } from "../../src/domain/Ids.ts"
import { type Answer, json } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"

const live = { excludeTestServices: true } as const

layer(TestServer.layer(), live)("the sample data", (it) => {
  it.effect("has three users with posts, followers and accounts", () =>
    Effect.gen(function*() {
      const client = yield* TestServer.client
      const users = yield* client.users.list({ urlParams: { limit: 100 } })
      expect(users.map(({ id, name }) => [id, name])).toEqual([[1, "Alice"], [2, "Bob"], [3, "Chloé"]])
      const profile = yield* client.users.completeProfile({ path: { user_id: UserId.make(1) } })
      expect([profile.user.name, profile.posts.length, profile.followers]).toEqual(["Alice", 2, 2])
      for (const [id, balance] of [[1, "100.00"], [2, "50.00"], [3, "0.00"]] as const) {
        const account = yield* client.transfers.account({ path: { user_id: UserId.make(id) } })
        expect(account.balance).toBe(balance)
      }
    }))
})

layer(TestServer.layer({ sampleData: "none" }), live)("users", (it) => {
  it.effect("are created once for each address, compared without case, with 201 and Location", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      const created = yield* send("POST", "/users/?name=%20Zo%C3%A9%20&email=zoe@example.com")
      expect([created.status, created.headers.location]).toEqual([201, "/users/1/complete-profile"])
      expect(json(created)).toEqual({ id: 1, name: "Zoé", email: "zoe@example.com" })
      const taken = yield* Effect.flip(
        client.users.create({ payload: { name: "Other", email: Email.make("ZOE@example.com") } })
      )
      expect(taken).toMatchObject({ _tag: "EmailTaken", status: 409 })
      for (
        const email of [
          "",
          "zoe",
          "a@b",
          "a b@example.com",
          "a@example.com\nbcc: x@example.com",
          "a@-x.fr",
          "<a@example.com>"
        ]
      ) {
        const answer = yield* send("POST", `/users/?name=Ann&email=${encodeURIComponent(email)}`)
        expect([email, answer.status]).toEqual([email, 422])
      }
      for (const name of ["", "   ", "a\u0000b", "x".repeat(201)]) {
        expect((yield* send("POST", `/users/?name=${encodeURIComponent(name)}&email=b@example.com`)).status).toBe(422)
      }
    }))

  it.effect("paginate by keyset, with a Link while there are more", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      const existing = yield* client.users.list({ urlParams: { limit: 1000 } })
      const created = yield* Effect.forEach(
        Array.from({ length: 7 }, (_, n) => n),
        (n) => client.users.create({ payload: { name: `User ${n}`, email: Email.make(`user${n}@example.com`) } }),
        { concurrency: 1 }
      )
      const seen: Array<unknown> = []
      let next: string | undefined = "/users/?limit=3"
      while (next !== undefined) {
        const page: Answer = yield* send("GET", next)
        seen.push(...JSON.parse(page.text).map(({ id }: { readonly id: number }) => id))
        next = /^<([^>]+)>; rel="next"/.exec(String(page.headers["link"]))?.[1]
      }
      expect(seen).toEqual([...existing, ...created].map(({ id }) => id))
      for (const query of ["limit=0", "limit=1001", "limit=x", "after=0", "after=-1"]) {
        expect([query, (yield* send("GET", `/users/?${query}`)).status]).toEqual([query, 422])
      }
    }))

  it.effect("the profile of an unknown user is a 404", () =>
    Effect.gen(function*() {
      const client = yield* TestServer.client
      expect(yield* Effect.flip(client.users.completeProfile({ path: { user_id: UserId.make(999) } }))).toMatchObject({
        _tag: "UserNotFound",
        user_id: 999
      })
    }))

  it.effect("have posts and followers", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      const [ann, ben] = yield* Effect.forEach(["ann", "ben"], (name) =>
        client.users.create({ payload: { name, email: Email.make(`${name}@example.org`) } }), { concurrency: 1 })
      const [user, follower] = [UserId.make(ann?.id ?? 0), UserId.make(ben?.id ?? 0)]
      const path = { user_id: user }
      const [post, response] = yield* client.users.createPost({
        path,
        payload: { title: "Un", content: "deux" },
        withResponse: true
      })
      expect(Option.fromNullable(response.headers["location"])).toEqual(Option.some(`/users/${user}/posts/${post.id}`))
      expect(yield* client.users.getPost({ path: { ...path, post_id: post.id } })).toEqual(post)
      const follow = { path: { user_id: user, follower_id: follower } }
      yield* client.users.follow(follow)
      yield* client.users.follow(follow)
      expect(yield* client.users.completeProfile({ path })).toMatchObject({ followers: 1, posts: [{ title: "Un" }] })
      yield* client.users.unfollow(follow)
      yield* client.users.unfollow(follow)
      yield* client.users.deletePost({ path: { ...path, post_id: post.id } })
      expect(yield* client.users.completeProfile({ path })).toMatchObject({ followers: 0, posts: [] })
      expect(yield* Effect.flip(client.users.getPost({ path: { ...path, post_id: PostId.make(post.id) } })))
        .toMatchObject({
          _tag: "PostNotFound"
        })
      expect((yield* send("PUT", `/users/${user}/followers/${user}`)).status).toBe(422)
      expect((yield* send("PUT", `/users/${user}/followers/999`)).status).toBe(404)
    }))
})
