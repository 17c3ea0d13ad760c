// Uploads and the chat, as a part of a drill's load.
import { Console, Effect } from "effect"
import { listed } from "../crash/Clients.ts"
import { talk } from "./chat.ts"
import { upload, uploadChecks } from "./uploads.ts"

/** Clients that upload files. */
const uploaders = 2

/** Lets clients upload files while `isOpen` holds, and members of each server talk until `end`, which checks both. */
export const begin = Effect.fnUntraced(function*(
  url: string,
  origin: Effect.Effect<string>,
  portOf: (server: number) => number,
  servers: number,
  isOpen: () => boolean
) {
  const uploading = yield* Effect.fork(upload(origin, uploaders, isOpen))
  const chat = yield* talk(portOf, servers)
  return {
    expectDeath: (server: number) => chat.expectDeath(server),
    end: Effect.gen(function*() {
      const uploads = yield* uploading
      const checks = [...yield* uploadChecks(url, uploads), ...chat.checks()]
      chat.end()
      yield* Console.log(`uploads: ${listed(uploads.outcomes)}`)
      yield* Console.log(`chat: ${chat.heard} messages heard; closes: ${listed(chat.closes)}`)
      return { uploads: uploads.outcomes, rejoined: chat.rejoined, checks }
    })
  }
})
