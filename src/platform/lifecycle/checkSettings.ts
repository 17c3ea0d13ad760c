import { FileSystem } from "@effect/platform"
import { ConfigError, Duration, Effect, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { isLoopback } from "../../domain/Loopback.ts"

const wrong = (line: string) => Effect.fail(ConfigError.InvalidData([], line))

/** How long making the data folder may take; some places (/proc) never answer. */
const patience = Duration.seconds(5)

/** What no setting can tell alone: the server does not start with settings that do not go together, or a folder that it cannot use. */
export const checkSettings = Effect.gen(function*() {
  const { apiTokens, dataDir, headersTimeout, host, requestTimeout } = yield* AppConfig
  const fs = yield* FileSystem.FileSystem
  // whoever can reach the server may move money
  if (!isLoopback(host) && Option.isNone(apiTokens)) {
    return yield* wrong(`HOST: "${host}" is not a loopback address; listening there needs API_TOKENS to be set`)
  }
  if (Duration.greaterThan(headersTimeout, requestTimeout)) {
    return yield* wrong("HEADERS_TIMEOUT: must not be longer than REQUEST_TIMEOUT, which includes it")
  }
  const unusable = (reason: string) => wrong(`DATA_DIR: "${dataDir}" is not a folder that can be written (${reason})`)
  yield* fs.makeDirectory(dataDir, { recursive: true }).pipe(
    Effect.zipRight(fs.access(dataDir, { writable: true })),
    Effect.disconnect,
    Effect.timeoutFail({ duration: patience, onTimeout: () => ({ message: "no answer from the file system" }) }),
    Effect.catchAll(({ message }) => unusable(message))
  )
})
