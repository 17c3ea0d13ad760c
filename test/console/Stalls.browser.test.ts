import { Schema } from "effect"
import { expect } from "vitest"
import { Timeline } from "../../src/timeline/Timeline.ts"
import { test } from "./support/console.ts"
import { startServer } from "./support/server.ts"
import { selectedName } from "./support/timelines.ts"

/** Makes the server record a request, under an id that no other test has. */
const recorded = (id: string) => ({ traceparent: `00-${id}-b7ad6b7169203331-01` })

const big = "b16b16b16b16b16b16b16b16b16b16b1"
const waiting = "3a173a173a173a173a173a173a173a17"

test("a request that keeps the server's loop is blamed in its own recording, and in another of that time", async ({ tested }) => {
  const server = await startServer({ BATCH_ITEM_DURATION: "0 seconds", SLOW_DURATION: "1 minute" })
  const leaving = new AbortController()
  try {
    const { origin } = server
    const read = async (id: string) => {
      const answer = await fetch(`${origin}/timelines/${id}`)
      return Schema.decodeUnknownSync(Timeline)(await answer.json())
    }
    const items = await fetch(`${origin}/batch-process/`, {
      method: "POST",
      headers: { ...recorded(big), "content-type": "application/json", "accept": "text/event-stream" },
      body: JSON.stringify(Array.from({ length: 3_000 }, (_, item) => String(item)))
    })
    expect(await items.text()).toContain("event: result")
    const left = fetch(`${origin}/async-slow`, { headers: recorded(waiting), signal: leaving.signal }).catch(() => {})
    // a recording of thousands of fibers and slices takes long to be made, which stalls the loop
    let culprit: Timeline | undefined
    for (let reads = 1; culprit === undefined; reads++) {
      const id = reads.toString(16).padStart(32, "c")
      await (await fetch(`${origin}/timelines/${big}`, { headers: recorded(id) })).text()
      const timeline = await read(id)
      if (timeline.loop_stalls.some(({ fiber }) => fiber !== null)) culprit = timeline
    }
    const page = await tested.open(`#/timelines/${culprit.id}`, { origin })
    await page.getByText(/^Stalled loop: /).click()
    const own = page.locator(".timeline-stalls").first()
    expect(await own.textContent()).toContain("kept the event loop for")
    const [stall] = culprit.loop_stalls
    await own.getByRole("button", { name: stall?.name ?? "" }).first().click()
    expect(await selectedName(page)).toBe(stall?.name)

    const other = await tested.open(`#/timelines/${waiting}`, { origin })
    await other.getByText(/^Stalled loop: /).click()
    expect((await other.locator(".timeline-stalls").allTextContents()).join()).toContain(
      `${culprit.name} kept the event loop for`
    )
    leaving.abort()
    await left
  } finally {
    leaving.abort()
    await server.stop()
  }
})
