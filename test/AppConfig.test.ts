import { expect, it } from "@effect/vitest"
import { settings } from "../src/AppConfig.ts"
import { chat } from "../src/settings/Chat.ts"
import { data } from "../src/settings/Data.ts"
import { jobs } from "../src/settings/Jobs.ts"
import { listening } from "../src/settings/Listening.ts"
import { mail } from "../src/settings/Mail.ts"
import { modelledWork } from "../src/settings/ModelledWork.ts"
import { requests } from "../src/settings/Requests.ts"
import { threads } from "../src/settings/Threads.ts"
import { upstream } from "../src/settings/Upstream.ts"

it("no two groups of settings share a key or variable", () => {
  const groups = [chat, data, jobs, listening, mail, modelledWork, requests, threads, upstream]
  const all = Object.values(settings)
  expect(all).toHaveLength(groups.flatMap((group) => Object.keys(group)).length)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})
