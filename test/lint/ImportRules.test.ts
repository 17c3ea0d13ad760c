import { expect, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")

/** Returns the lines that the linter prints for a small tree under our configuration. */
const lint = (files: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const folder = mkdtempSync(join(tmpdir(), "barista-lint-"))
  cpSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const oxlint = join(root, "node_modules/.bin/oxlint")
  const { stdout } = spawnSync(oxlint, ["--format", "unix", "src"], { cwd: folder, encoding: "utf8" })
  rmSync(folder, { recursive: true })
  return stdout.split("\n")
}

const imports = (paths: ReadonlyArray<readonly [string, string]>) =>
  Object.fromEntries(paths.map(([file, imported]) => [file, `import { x } from "${imported}"\nexport const y = x\n`]))

const forbidden: ReadonlyArray<readonly [string, string]> = [
  ["src/users/OtherChapter.ts", "../transfers/Transfers.ts"],
  ["src/users/TheServer.ts", "../Server.ts"],
  ["src/tips/NewChapter.ts", "../users/Users.ts"],
  ["src/tips/TheServer.ts", "../Server.ts"],
  ["src/outbox/OtherChapter.ts", "../users/Users.ts"],
  ["src/users/ATimeline.ts", "../timeline/why.ts"],
  ["src/recordings/OtherChapter.ts", "../users/Users.ts"],
  ["src/domain/APolicy.ts", "../policy/Policy.ts"],
  ["src/domain/TheSettings.ts", "../AppConfig.ts"],
  ["src/policy/APlatform.ts", "../platform/sql/Database.ts"],
  ["src/policy/TheSettings.ts", "../AppConfig.ts"],
  ["src/platform/sql/AChapter.ts", "../../users/Users.ts"],
  ["src/platform/sql/TheServer.ts", "../../Server.ts"],
  ["src/platform/http/stock/AChapter.ts", "../../../users/Users.ts"],
  ["src/simulation/APlatform.ts", "../platform/sql/Database.ts"],
  ["src/simulation/gallery/APlatform.ts", "../../platform/sql/Database.ts"],
  ["src/Api.ts", "./users/Users.ts"],
  ["src/AppConfig.ts", "./platform/sql/Database.ts"],
  ["src/collections/AWord.ts", "../domain/Ids.ts"],
  ["src/platform/http/rules/ALaterRoom.ts", "../node/NodeServer.ts"],
  ["src/platform/http/rules/TheAdapters.ts", "../HttpAdapter.ts"],
  ["src/platform/http/contract/ALaterRoom.ts", "../exchange/Exchange.ts"],
  ["src/platform/http/compiled/TheOtherAdapter.ts", "../stock/StockHttpApi.ts"],
  ["src/platform/http/stock/TheOtherAdapter.ts", "../compiled/HttpApiApp.ts"],
  ["src/platform/http/idempotency/AChapter.ts", "../../../users/Users.ts"],
  ["src/platform/jobs/record/ALaterRoom.ts", "../run/JobRun.ts"],
  ["src/platform/jobs/run/AllOfIt.ts", "../Jobs.ts"],
  ["src/platform/sql/OneDatabase.ts", "./sqlite/SqliteDatabase.ts"],
  ["src/platform/sql/sqlite/TheOther.ts", "../postgres/Pool.ts"],
  ["src/platform/sql/postgres/TheOther.ts", "../sqlite/GroupCommit.ts"],
  ["src/platform/sql/postgres/AChapter.ts", "../../../users/Users.ts"],
  ["src/settings/APlatform.ts", "../platform/sql/Database.ts"],
  ["src/settings/AllSettings.ts", "../AppConfig.ts"],
  ["src/lab/TheServer.ts", "../Server.ts"],
  ["src/lab/chapters/TheHandlers.ts", "../../users/Http.ts"],
  ["src/users/TheLab.ts", "../lab/Lab.ts"],
  ["src/users/OneGroup.ts", "../settings/Chat.ts"],
  ["src/platform/sql/OneGroup.ts", "../../settings/Data.ts"],
  ["src/timeline/keep/AChapter.ts", "../../users/Users.ts"],
  ["src/simulation/advisor/APlatform.ts", "../../platform/sql/Database.ts"],
  ["src/console/AChapter.tsx", "../users/Api.ts"],
  ["src/console/views/AChapter.tsx", "../../users/Api.ts"],
  ["src/console/views/APlatform.tsx", "../../platform/sql/Database.ts"]
]

const allowed: ReadonlyArray<readonly [string, string]> = [
  ["src/tips/AWord.ts", "../domain/Ids.ts"],
  ["src/tips/APlatform.ts", "../platform/sql/Database.ts"],
  ["src/platform/sql/ATimeline.ts", "../../timeline/Timeline.ts"],
  ["src/tips/Itself.ts", "./Tips.ts"],
  ["src/recordings/ATimeline.ts", "../timeline/why.ts"],
  ["src/recordings/APlatform.ts", "../platform/recorder/Recorder.ts"],
  ["src/users/AWord.ts", "../domain/Ids.ts"],
  ["src/users/APlatform.ts", "../platform/sql/Database.ts"],
  ["src/users/Itself.ts", "./UsersRepo.ts"],
  ["src/policy/AWord.ts", "../domain/Ids.ts"],
  ["src/platform/sql/TheSettings.ts", "../../AppConfig.ts"],
  ["src/platform/sql/AnotherMachine.ts", "../http/operation/Operations.ts"],
  ["src/platform/sql/ACollection.ts", "../../collections/LinkedQueue.ts"],
  ["src/policy/ACollection.ts", "../collections/LinkedQueue.ts"],
  ["src/platform/http/rules/AnEarlierRoom.ts", "../exchange/Exchange.ts"],
  ["src/platform/http/rules/AnotherMachine.ts", "../../lifecycle/Lifecycle.ts"],
  ["src/platform/http/stock/AnEarlierRoom.ts", "../node/writeAnswer.ts"],
  ["src/platform/jobs/engine/AnEarlierRoom.ts", "../run/JobRun.ts"],
  ["src/platform/jobs/run/ItsRoot.ts", "../Job.ts"],
  ["src/platform/sql/ConfiguredDatabase.ts", "./sqlite/SqliteDatabase.ts"],
  ["src/platform/sql/postgres/WhatBothShare.ts", "../Client.ts"],
  ["src/platform/http/stock/TheSettings.ts", "../../../AppConfig.ts"],
  ["src/platform/http/stock/AnotherMachine.ts", "../../lifecycle/Lifecycle.ts"],
  ["src/simulation/APolicy.ts", "../policy/Policy.ts"],
  ["src/simulation/gallery/ItsFolder.ts", "../Scenario.ts"],
  ["src/simulation/gallery/AWord.ts", "../../domain/Text.ts"],
  ["src/simulation/advisor/APolicy.ts", "../../policy/Policy.ts"],
  ["src/simulation/advisor/ItsFolder.ts", "../Scenario.ts"],
  ["src/settings/AWord.ts", "../domain/Email.ts"],
  ["src/settings/Itself.ts", "./Setting.ts"],
  ["src/console/ATimeline.tsx", "../timeline/why.ts"],
  ["src/console/views/ATimeline.tsx", "../../timeline/why.ts"],
  ["src/console/views/ItsFrame.tsx", "../frame/route.ts"],
  ["src/lab/AChapter.ts", "../users/Users.ts"],
  ["src/lab/chapters/AChapter.ts", "../../users/Users.ts"],
  ["src/timeline/keep/ItsFolder.ts", "../Timeline.ts"],
  ["src/timeline/keep/APolicy.ts", "../../policy/Policy.ts"],
  ["src/Server.ts", "./users/Users.ts"]
]

it("the import rules between folders fire for each forbidden import, and for none that is allowed", () => {
  const lines = lint({ ...imports(forbidden), ...imports(allowed) })
  const refused = [...forbidden, ...allowed].filter(([file]) => lines.some((line) => line.startsWith(`${file}:`)))
  expect(refused).toEqual(forbidden)
})

it("a cycle is refused", () => {
  const lines = lint({
    "src/users/A.ts": `import { b } from "./B.ts"\nexport const a = () => b\n`,
    "src/users/B.ts": `import { a } from "./A.ts"\nexport const b = () => a\n`
  })
  expect(lines.join("\n")).toMatch(/cycle/i)
})

it("imports by #src and #test, which the rules do not see, are left to kept tests", () => {
  const found = ["src", "scripts"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
      .map((file) => join(folder, file))
      .filter((file) => /(from|import|import\() ?["']#(src|test)\//.test(readFileSync(join(root, file), "utf8")))
  )
  expect(found).toEqual([])
})
