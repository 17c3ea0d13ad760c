import { Effect, Predicate, Schema } from "effect"
import { define, type Description } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"

/** 507: the disk has no room for the file. */
export class StorageFull extends define<StorageFull>()("StorageFull", 507, { code: Schema.String }) {
  get problem(): Description {
    return {
      title: text("Espace de stockage insuffisant", "Insufficient storage"),
      detail: text("Le disque n'a plus de place pour ce fichier.", "The disk has no room for this file.")
    }
  }
}

const noRoom: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"])

const codeOf = (cause: unknown) => (Predicate.hasProperty(cause, "code") ? cause.code : undefined)

/** A disk without room is foreseen; any other failure of it is a defect, whose cause the log gets. */
export const fromCause = (cause: unknown): Effect.Effect<never, StorageFull> => {
  const code = codeOf(cause)
  return noRoom.has(code) ? Effect.fail(new StorageFull({ code: String(code) })) : Effect.die(cause)
}

/** A call of node's file system. */
export const fileCall = <A>(call: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, StorageFull> =>
  Effect.catchAll(Effect.tryPromise(call), ({ error }) => fromCause(error))
