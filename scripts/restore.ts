// `npm run restore -- FILE [--replace]` replaces database and uploads by a backup; the server must be stopped.
import { Console, Effect } from "effect"
import { AppConfig } from "../src/AppConfig.ts"
import { restore } from "../src/platform/backup/Restore.ts"
import { commandLine } from "./command/commandLine.ts"
import { givenArguments } from "./command/givenArguments.ts"

const given = givenArguments(process.argv.slice(2), "replace", process.env)
const file = given.find((argument) => !argument.startsWith("--"))

const main = file === undefined
  ? Effect.fail({ message: "npm run restore -- FILE [--replace]: the backup to read is missing" })
  : Effect.flatMap(restore(file, { replace: given.includes("--replace") }), ({ aside, manifest }) =>
    Console.log(
      `restored ${JSON.stringify(manifest.counts)} of ${manifest.created_at}` +
        (aside === undefined ? "" : `; what was there is in ${aside}`)
    ))

commandLine(Effect.provide(main, AppConfig.layer))
