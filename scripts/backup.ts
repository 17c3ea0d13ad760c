// `npm run backup -- FILE` writes database and uploads to one verified archive, even while the server runs.
import { Console, Effect } from "effect"
import { AppConfig } from "../src/AppConfig.ts"
import { backup } from "../src/platform/backup/Backup.ts"
import { commandLine } from "./command/commandLine.ts"

const [file] = process.argv.slice(2)

const main = file === undefined
  ? Effect.fail({ message: "npm run backup -- FILE: where to write it is missing" })
  : Effect.flatMap(backup(file), ({ counts, files, missing }) =>
    Effect.zipRight(
      Console.log(`${file}: ${JSON.stringify({ ...counts, files: files.length })}, read again and verified`),
      missing.length === 0
        ? Effect.void
        : Console.warn(`${missing.length} uploads have lost their file before: ${missing.join(", ")}`)
    ))

commandLine(Effect.provide(main, AppConfig.layer))
