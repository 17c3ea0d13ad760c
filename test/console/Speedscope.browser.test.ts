import { Effect, Schema } from "effect"
import { createRequire } from "node:module"
import { dirname, extname, join } from "node:path"
import { text } from "node:stream/consumers"
import { chromium } from "playwright-core"
import { expect, inject, test } from "vitest"
import { toChrome } from "../../src/timeline/chromeTrace.ts"
import { bigTimeline } from "../support/bigTimeline.ts"
import { failingTimeline } from "../support/failingTimeline.ts"

const browser = inject("browser")

/** The folder of speedscope's web application, as its package ships it. */
const application = join(dirname(createRequire(import.meta.url).resolve("speedscope/package.json")), "dist/release")

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" }

/** Speedscope's own format, in which the application saves what it has read. */
const Saved = Schema.parseJson(Schema.Struct({
  shared: Schema.Struct({ frames: Schema.Array(Schema.Struct({ name: Schema.String })) }),
  profiles: Schema.Array(Schema.Struct({
    name: Schema.String,
    unit: Schema.String,
    events: Schema.Array(Schema.Struct({ type: Schema.Literal("O", "C"), frame: Schema.Int, at: Schema.Number }))
  }))
}))

/** Opens a trace in the application, and returns what that saves. */
const opened = async (endpoint: string, trace: string) => {
  const connected = await chromium.connect(endpoint)
  const page = await connected.newPage()
  try {
    await page.route("http://speedscope.test/**", (route) => {
      const file = new URL(route.request().url()).pathname.slice(1) || "index.html"
      return route.fulfill({ path: join(application, file), contentType: types[extname(file)] ?? "text/plain" })
    })
    await page.goto("http://speedscope.test/")
    await page.setInputFiles("input[type=file]", {
      name: "timeline.json",
      mimeType: "application/json",
      buffer: Buffer.from(trace)
    })
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("Export").click()])
    return Schema.decodeUnknownSync(Saved)(await text(await download.createReadStream()))
  } finally {
    await page.close()
    await connected.close()
  }
}

const inBrowser = browser === undefined ? test.skip : test

inBrowser("speedscope shows each fiber as a thread, with its states for as long as they took", async () => {
  const timelines = [bigTimeline(10, 100), await Effect.runPromise(failingTimeline)]
  for (const timeline of timelines) {
    const { profiles, shared } = await opened(browser?.endpoint ?? "", toChrome(timeline))
    const withSlices = timeline.fibers.filter(({ id }) => timeline.slices.some(({ fiber }) => fiber === id))
    expect(profiles.map(({ name, unit }) => [name, unit]).toSorted()).toEqual(
      withSlices.map(({ id, name }) => [`${timeline.name} (pid 1), ${name} (tid ${id + 2})`, "microseconds"])
        .concat(
          timeline.loop_stalls.length > 0 ? [[`${timeline.name} (pid 1), event loop (tid 1)`, "microseconds"]] : []
        )
        .toSorted()
    )
    for (const { id } of withSlices) {
      const profile = profiles.find(({ name }) => name.endsWith(`(tid ${id + 2})`))
      const begun = profile?.events.filter(({ type }) => type === "O") ?? []
      const ended = profile?.events.filter(({ type }) => type === "C") ?? []
      expect(begun.map(({ at, frame }, index) => [
        shared.frames[frame]?.name.split(" ")[0],
        Math.round(((ended[index]?.at ?? 0) - at) * 1000)
      ])).toEqual(
        timeline.slices.filter(({ fiber }) => fiber === id)
          .map(({ from, reason, state, to }) => [reason?.kind ?? state, to - from])
      )
    }
  }
})
