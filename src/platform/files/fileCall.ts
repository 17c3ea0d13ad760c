import { Effect, Predicate } from "effect"
import { waitFor, waiting } from "../../domain/Wait.ts"
import { StorageFull } from "./FileProblems.ts"

export const waitsForFile = waitFor("file")

const noRoom: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"])

const codeOf = (cause: unknown) => (Predicate.hasProperty(cause, "code") ? cause.code : undefined)

/** Turns a full disk into `StorageFull`. Any other failure of the disk is a defect, with its cause in the log. */
export const fromCause = (cause: unknown): Effect.Effect<never, StorageFull> => {
  const code = codeOf(cause)
  return noRoom.has(code) ? Effect.fail(new StorageFull({ code: String(code) })) : Effect.die(cause)
}

/** Runs a call of node's file system. */
export const fileCall = <A>(call: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, StorageFull> =>
  Effect.catchAll(waiting(waitsForFile)(Effect.tryPromise(call)), ({ error }) => fromCause(error))
