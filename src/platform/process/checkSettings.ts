import { FileSystem, Path } from "@effect/platform"
import { Array, ConfigError, Duration, Effect, Option } from "effect"
import { AppConfig, partOf, type Values } from "../../AppConfig.ts"
import { isLoopback } from "../../domain/Loopback.ts"
import { filesFolder } from "../files/filesFolder.ts"
import { foldersIn } from "../files/FileStore.ts"

const wrong = (line: string) => ConfigError.InvalidData([], line)

/** Time that making the data folder may take; some places (/proc) never answer. */
const patience = Duration.seconds(5)

/** Makes a line if one setting exceeds the room that another leaves. */
const within = (smaller: readonly [string, number], larger: readonly [string, number], reason: string) =>
  smaller[1] > larger[1] ? [`${smaller[0]}: ${smaller[1]} is more than ${larger[0]} (${larger[1]}), ${reason}`] : []

const part = (name: string, given: Option.Option<number>, whole: readonly [string, number]) =>
  Option.match(given, { onNone: () => [], onSome: (value) => within([name, value], whole, "of which it is a part") })

/** Finds settings that contradict each other, one line each. */
const contradictions = (config: Values): ReadonlyArray<string> => {
  const waiting = partOf(config.batchMaxWaiting, config.batchMaxWaitingPerClient)
  const room = ["what one client may have waiting of BATCH_MAX_WAITING", waiting] as const
  const buffered = ["MAX_BUFFERED_BYTES", config.maxBufferedBytes] as const
  const streamed = ["BATCH_MAX_ITEMS_STREAMED", config.batchMaxItemsStreamed] as const
  return [
    // Every host that reaches the server may move money.
    ...(!isLoopback(config.host) && Option.isNone(config.apiTokens)
      ? [`HOST: "${config.host}" is not a loopback address; listening there needs API_TOKENS to be set`]
      : []),
    ...(Duration.greaterThan(config.headersTimeout, config.requestTimeout)
      ? ["HEADERS_TIMEOUT: must not be longer than REQUEST_TIMEOUT, which includes it"]
      : []),
    ...part("MAX_REQUESTS_PER_CLIENT", config.maxRequestsPerClient, ["MAX_REQUESTS", config.maxRequests]),
    ...part("CHAT_MAX_SOCKETS_PER_CLIENT", config.chatMaxSocketsPerClient, ["CHAT_MAX_CLIENTS", config.chatMaxClients]),
    ...part("JOBS_MAX_DELAYED", config.jobsMaxDelayed, ["JOBS_MAX_UNFINISHED", config.jobsMaxUnfinished]),
    ...part("BATCH_MAX_WAITING_PER_CLIENT", config.batchMaxWaitingPerClient, [
      "BATCH_MAX_WAITING",
      config.batchMaxWaiting
    ]),
    ...within(["BATCH_MAX_ITEMS", config.batchMaxItems], streamed, "which has more room"),
    ...within(streamed, room, "so that such a batch would never be taken"),
    ...within(streamed, ["MAX_JSON_VALUES", config.maxJsonValues], "so that such a batch would never be read"),
    ...within(["MAX_BODY_BYTES", config.maxBodyBytes], buffered, "so that such a body would never be read"),
    ...within(
      ["CHAT_MAX_MESSAGE_BYTES", config.chatMaxMessageBytes],
      buffered,
      "so that such a message would never be read"
    )
  ]
}

const refuse = (lines: ReadonlyArray<string>): Effect.Effect<void, ConfigError.ConfigError> =>
  Array.match(lines.map(wrong), {
    onEmpty: () => Effect.void,
    onNonEmpty: (errors) => Effect.fail(errors.reduce((all, error) => ConfigError.And(all, error)))
  })

/** Makes a folder if needed, and checks that it is writable. */
const usable = (folder: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    fs.makeDirectory(folder, { recursive: true }).pipe(
      Effect.zipRight(fs.access(folder, { writable: true })),
      Effect.disconnect,
      Effect.timeoutFail({ duration: patience, onTimeout: () => ({ message: "no answer from the file system" }) })
    ))

/** Fails the start if settings contradict each other or a folder is unusable, which no single setting can tell. */
export const checkSettings = Effect.gen(function*() {
  const config = yield* AppConfig
  const path = yield* Path.Path
  yield* refuse(contradictions(config))
  const { dataDir, databaseUrl } = config
  const files = filesFolder(config)
  // blocking writes use the folder of temporary files also where the database keeps the files
  const own = files === dataDir ? Object.values(foldersIn(dataDir)) : [foldersIn(dataDir).temporaries]
  const shared = files === undefined || files === dataDir ? [] : Object.values(foldersIn(files))
  const folders = [
    ...[dataDir, ...own].map((folder) => ({ setting: "DATA_DIR", folder })),
    ...shared.map((folder) => ({ setting: "FILES", folder }))
  ]
  yield* Effect.forEach(folders, ({ folder, setting }) =>
    Effect.mapError(
      usable(folder),
      ({ message }) => wrong(`${setting}: "${folder}" is not a folder that can be written (${message})`)
    ), { concurrency: 1, discard: true })
  if (Option.isNone(databaseUrl) || databaseUrl.value.dialect === "postgres") return
  const { file } = databaseUrl.value
  yield* Effect.mapError(
    usable(path.dirname(file)),
    ({ message }) => wrong(`DATABASE_URL: "${file}" is not in a folder that can be written (${message})`)
  )
})
