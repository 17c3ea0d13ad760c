import { Effect } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import * as Demo from "./stage/Demo.ts"
import { DemoServer } from "./stage/DemoServer.ts"
import { Stage } from "./stage/Stage.ts"

const requests = 100

export const profile = Demo.make({
  name: "profile",
  shows: [
    "The server composes a user, the posts and the number of followers from three queries, which SQLite runs in turn.",
    `One profile, one that does not exist, and then ${requests} requests at once.`
  ],
  needs: "sockets",
  operations: ["http.client GET"],
  services: DemoServer.layer,
  program: Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { client } = yield* DemoServer
    const profileOf = (id: number) => client.users.completeProfile({ path: { user_id: UserId.make(id) } })

    const { followers, posts, user } = yield* part("one profile", profileOf(1))
    yield* say(`${user.name} <${user.email}>, ${followers} followers`)
    yield* Effect.forEach(posts, ({ content, title }) => say(`${title} / ${content}`), { concurrency: 1 })

    yield* profileOf(999).pipe(
      Effect.catchTag("UserNotFound", (error) => say(`user 999: ${error.problem.detail.fr}`))
    )
    yield* part(
      `${requests} profiles`,
      Effect.replicateEffect(profileOf(1), requests, { concurrency: requests, discard: true })
    )
    yield* say(`${requests} profiles answered`)
  })
})
