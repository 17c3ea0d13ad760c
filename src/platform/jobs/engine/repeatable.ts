import { ClusterError, MessageStorage } from "@effect/cluster"
import { SqlError } from "@effect/sql"
import { Data, Effect, Layer } from "effect"
import { isUniqueViolation } from "../../sql/constraints.ts"

/**
 * Another server has given the same id to a message in the same millisecond. The code of a serialization failure lets
 * the transaction be repeated, with the next id.
 */
class RepeatedId extends Data.TaggedError("RepeatedId")<{ readonly cause: unknown }> {
  readonly code = "40001"
}

/** Repeats the transaction of a message whose id exists. Ids hold a random number of 1,024 for their server. */
export const repeatable = Layer.effect(
  MessageStorage.MessageStorage,
  Effect.map(MessageStorage.MessageStorage, (storage) => ({
    ...storage,
    saveRequest: (request) =>
      Effect.mapError(
        storage.saveRequest(request),
        (error) =>
          error instanceof ClusterError.PersistenceError && error.cause instanceof SqlError.SqlError &&
            isUniqueViolation(error.cause)
            ? new ClusterError.PersistenceError({ cause: new RepeatedId({ cause: error.cause }) })
            : error
      )
  }))
)
