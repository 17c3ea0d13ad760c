import { text } from "node:stream/consumers"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import type { Timeline } from "../../src/timeline/Timeline.ts"
import { accessibilityFaults, test } from "./support/console.ts"
import { fiber, large, recording, slice } from "./support/recordings.ts"
import { drawn, fileOf, openFile, rowNames, selectedName } from "./support/timelines.ts"

const ms = 1_000_000

/** A run that shows a bit of everything: a failed sibling, a timeout, an attempt, a wait that another fiber ends. */
const run = recording({
  name: "transfers",
  duration_ns: 1000 * ms,
  fibers: [
    fiber(1, null, 0, 1000 * ms, "Transfers.run"),
    { ...fiber(2, 1, 0, 400 * ms, "Upstream.get"), outcome: "failure" },
    { ...fiber(3, 1, 0, 600 * ms, "Ledger.write"), outcome: "interrupted" }
  ],
  slices: [
    { ...slice(1, 0, 600 * ms, "waiting"), reason: { kind: "join", fiber: 3 }, woken_by: 3 },
    slice(1, 600 * ms, 1000 * ms),
    slice(2, 0, 100 * ms),
    { ...slice(2, 100 * ms, 400 * ms, "waiting"), reason: { kind: "upstream", url: "/delay/1", attempt: 2 } },
    {
      ...slice(3, 0, 600 * ms, "waiting"),
      reason: { kind: "permit", policy: "batch", place: 2, holders: [2] },
      woken_by: 2
    }
  ],
  spans: [{ name: "Transfers.check", fiber: 1, from: 0, to: 10 * ms, outcome: "success" }],
  events: [{ fiber: 2, at: 200 * ms, kind: "attempt", value: 2 }],
  interruptions: [
    { fiber: 3, by: 2, why: "sibling failed", asked: 400 * ms, honoured: 500 * ms, cleaned_up: 600 * ms }
  ],
  commits: [{ group: 4, from: 420 * ms, to: 600 * ms, fibers: [3], others: 2 }],
  loop_stalls: [{
    from: 0,
    to: 100 * ms,
    fiber: 2,
    name: "Upstream.get",
    victims: [
      { timeline: null, fiber: 3, name: "Ledger.write", stolen_ns: 31 * ms },
      { timeline: "b7ad6b7169203331b7ad6b7169203331", fiber: 9, name: "Users.list", stolen_ns: 58 * ms }
    ]
  }],
  lost: { fibers: 2, spans: 0, events: false },
  recorded_in_ns: 1500
})

/** The part of the axis that the address names, which waits for the reader to rest; undefined for all of it. */
const shownPart = (page: Page) => {
  const query = new URLSearchParams(new URL(page.url()).hash.split("?")[1])
  return query.has("from") ? [Number(query.get("from")), Number(query.get("to"))] as const : undefined
}

const shownLength = (page: Page) => {
  const [from = 0, to = 0] = shownPart(page) ?? []
  return to === 0 ? undefined : to - from
}

const details = (page: Page) => page.getByRole("complementary", { name: "Details" })

describe("a recording", () => {
  test("is told in words, without a fault for a screen reader", async ({ tested }) => {
    const page = await openFile(tested, run)
    expect(await page.locator(".timeline-why").textContent()).toContain("took 1 s: ")
    expect(await page.locator(".timeline-facts").textContent()).toMatch(
      /estimated cost of recording: 1\.5 µs.*Lost: 2 fibers/
    )
    expect(await rowNames(page)).toEqual(["Transfers.run", "Upstream.get", "Ledger.write"])
    expect(await page.getByRole("row", { name: "Ledger.write" }).textContent()).toContain("interrupted, 600 ms waiting")
    expect(await accessibilityFaults(page)).toEqual([])
    const dark = await openFile(tested, run, {
      colorScheme: "dark",
      locale: "fr-FR",
      viewport: { width: 360, height: 740 }
    })
    expect(await dark.locator(".timeline-facts").textContent()).toContain("Il manque : 2 fibres")
    expect(await accessibilityFaults(dark)).toEqual([])
    // nothing is wider than the smallest phone
    expect(await dark.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  test("is gone through by keys: rows, tree, moments", async ({ tested }) => {
    const page = await openFile(tested, run)
    await page.getByRole("treegrid").focus()
    for (
      const [key, name] of [
        ["ArrowDown", "Transfers.run"],
        ["ArrowRight", "Upstream.get"],
        ["End", "Ledger.write"],
        ["ArrowLeft", "Transfers.run"],
        ["n", "Transfers.run"]
      ] as const
    ) {
      await page.keyboard.press(key)
      expect([key, await selectedName(page)]).toEqual([key, name])
    }
    await page.keyboard.press("ArrowLeft")
    expect(await rowNames(page)).toEqual(["Transfers.run"])
    // a step to a hidden fiber shows it
    await page.keyboard.press("n")
    expect(await selectedName(page)).toBe("Upstream.get")
    expect(await page.locator(".timeline > [role=status]").textContent()).toBe("0: Upstream.get · runs · 100 ms")
    await page.keyboard.press("Enter")
    expect(await details(page).evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press("p")
    expect(await selectedName(page)).toBe("Transfers.run")
  })

  test("tells of a bar what it waited for, and who ended the wait", async ({ tested }) => {
    const page = await openFile(tested, run)
    const box = await page.locator(".timeline-bars").boundingBox()
    await page.mouse.click((box?.x ?? 0) + 50, (box?.y ?? 0) + 2 * 26 + 13)
    const panel = details(page)
    expect(await panel.textContent()).toContain("waits for a permit")
    expect(await panel.textContent()).toContain("batch, place 2, held by Upstream.get")
    expect(await panel.textContent()).toMatch(
      /a sibling failed.*asked for at 400 ms.*honoured after 100 ms.*cleaned up in 100 ms/
    )
    await panel.getByRole("button", { name: "Upstream.get" }).first().click()
    expect(await selectedName(page)).toBe("Upstream.get")
    expect(await panel.textContent()).toContain("attempt 2 · 200 ms")
    // after a press on a bar the keys go through fibers and events
    await page.mouse.click((box?.x ?? 0) + 50, (box?.y ?? 0) + 2 * 26 + 13)
    await page.keyboard.press("ArrowUp")
    expect(await selectedName(page)).toBe("Upstream.get")
  })

  test("says why it took its time, who stalled the loop, and who shared a commit", async ({ tested }) => {
    const page = await openFile(tested, run)
    await page.getByText("Why 1 s?").click()
    const parts = page.locator(".timeline-parts li")
    expect(await parts.allTextContents()).toEqual([
      "0.4 sTransfers.run runs",
      "0.3 sUpstream.get waits for the upstream",
      "0.2 sLedger.write waits for a permit",
      "0.1 sUpstream.get runs"
    ])
    await parts.getByRole("button", { name: "Upstream.get" }).first().click()
    expect(await selectedName(page)).toBe("Upstream.get")
    await page.getByText("Stalled loop: 1").click()
    expect(await page.locator(".timeline-stalls").first().textContent()).toMatch(
      /Upstream\.get kept the event loop for 100 ms.*Ledger\.write lost 31 ms.*Users\.list lost 58 ms/
    )
    const other = page.getByRole("link", { name: "Users.list" })
    expect(await other.getAttribute("href")).toBe("#/timelines/b7ad6b7169203331b7ad6b7169203331?fiber=9")
    await page.getByText("Commits: 1").click()
    await page.getByText("with 2 of other runs").waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })

  test("is zoomed by wheel, keys and buttons, and folded, and the address follows", async ({ tested }) => {
    const page = await openFile(tested, run)
    const shown = () => shownLength(page)
    await expect.poll(shown).toBeUndefined()
    await page.getByRole("treegrid").focus()
    await page.keyboard.press("+")
    await expect.poll(shown).toBe(500 * ms)
    await page.getByRole("button", { name: "Zoom in (+)" }).click()
    await expect.poll(shown).toBe(250 * ms)
    const box = await page.locator(".timeline-bars").boundingBox()
    await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 20)
    await page.keyboard.down("Control")
    await page.mouse.wheel(0, 300)
    await page.keyboard.up("Control")
    await expect.poll(shown).toBeGreaterThan(250 * ms)
    await page.getByRole("treegrid").focus()
    await page.keyboard.press("0")
    await expect.poll(shown).toBeUndefined()
    const before = await drawn(page)
    await page.keyboard.press("f")
    expect(await page.getByRole("button", { name: "Fold idle time", pressed: true }).count()).toBe(1)
    expect((await drawn(page)).bars).toBe(before.bars)
  })

  test("is zoomed by two fingers, which keep the moments below them", async ({ tested }) => {
    const page = await openFile(tested, run, { hasTouch: true, viewport: { width: 390, height: 844 } })
    const { width, x = 0, y = 0 } = await page.locator(".timeline-bars").boundingBox() ?? { width: 0 }
    const touches = await page.context().newCDPSession(page)
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...places: ReadonlyArray<number>) =>
      touches.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: places.map((place, id) => ({ id, x: x + place, y: y + 40 }))
      })
    const [left, right, middle] = [width / 2 - 30, width / 2 + 30, width / 2]
    await touch("touchStart", left, right)
    await touch("touchMove", left - 15, right + 15)
    await touch("touchMove", left - 30, right + 30)
    await touch("touchEnd")
    await expect.poll(() => Math.round((shownLength(page) ?? 0) / (10 * ms))).toBe(50)
    const [from = 0, to = 0] = shownPart(page) ?? []
    // the axis ends some pixels before the canvas does; the fingers move one after the other
    const plot = width - 12
    expect(Math.abs(from + (to - from) * middle / plot - 1000 * ms * middle / plot)).toBeLessThan(25 * ms)
    // the fingers have chosen nothing
    expect(await page.locator("[role=row][aria-selected=true]").count()).toBe(0)
    await touch("touchStart", left)
    await touch("touchMove", left + 40)
    await touch("touchMove", left + 80)
    await touch("touchEnd")
    await expect.poll(() => shownPart(page)?.[0]).toBeLessThan(from - 50 * ms)
    expect(Math.round((shownLength(page) ?? 0) / ms)).toBe(Math.round((to - from) / ms))
  })

  test("is moved along by the window of its minimap", async ({ tested }) => {
    const page = await openFile(tested, run)
    await page.getByRole("treegrid").focus()
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    await expect.poll(() => shownPart(page)).toEqual([375 * ms, 625 * ms])
    const { width, x = 0, y = 0 } = await page.locator(".timeline-minimap").boundingBox() ?? { width: 0 }
    const plot = width - 12
    // a press beside the window brings its middle there, and a drag takes it along
    await page.mouse.move(x + plot * 0.25, y + 10)
    await page.mouse.down()
    const near = (moment: number) => expect.poll(() => Math.round((shownPart(page)?.[0] ?? 0) / (10 * ms))).toBe(moment)
    await near(13)
    await page.mouse.move(x + plot * 0.75, y + 10, { steps: 4 })
    await page.mouse.up()
    await near(63)
    expect(shownLength(page)).toBe(250 * ms)
    // the pointer leaves the window behind once it is released
    await page.mouse.move(x + plot * 0.3, y + 10)
    await page.keyboard.press("+")
    await near(69)
  })

  test("is searched by name", async ({ tested }) => {
    const page = await openFile(tested, run)
    await page.getByRole("treegrid").focus()
    await page.keyboard.press("/")
    await page.keyboard.type("ledger")
    await page.keyboard.press("Enter")
    expect(await selectedName(page)).toBe("Ledger.write")
    expect(await page.locator(".timeline-search").getByRole("status").textContent()).toBe("1 / 1")
  })
})

describe("a file", () => {
  test("is the recording that was saved, after a round trip", async ({ tested }) => {
    const page = await openFile(tested, run)
    const saved = async (item: string) => {
      await page.locator("summary", { hasText: "Save" }).click()
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: item }).click()
      ])
      return { name: download.suggestedFilename(), text: await text(await download.createReadStream()) }
    }
    const json = await saved("Data (JSON)")
    expect(json.name).toBe("transfers.timeline.json")
    const read: Timeline = JSON.parse(json.text)
    expect(read).toEqual({ ...run, ...read })
    expect(read.slices).toEqual(run.slices)
    await openFile(tested, read)
    expect((await saved("Picture (SVG)")).text).toMatch(/^<svg /)
    expect(Object.keys(JSON.parse((await saved("Trace for Perfetto")).text))).toContain("traceEvents")
  })

  test("is forgotten when the page is reloaded, which the page says, and opens again", async ({ tested }) => {
    const page = await openFile(tested, run)
    await page.reload()
    await page.getByText("This file is no longer open.").waitFor()
    await page.setInputFiles("input[type=file]", fileOf(run))
    await page.getByRole("treegrid").waitFor()
  })

  test("is shown at the place of an address that is opened", async ({ tested }) => {
    const page = await openFile(tested, run)
    for (const [fiber, name] of [[3, "Ledger.write"], [2, "Upstream.get"]]) {
      await page.goto(`${page.url().split("?")[0]}?fiber=${fiber}`)
      await expect.poll(() => selectedName(page)).toBe(name)
    }
  })

  test("that is no recording is refused with the field that is wrong", async ({ tested }) => {
    const page = await tested.open("#/timelines")
    const refusal = async (content: unknown) => {
      await page.setInputFiles("input[type=file]", fileOf(content, "x.json"))
      return page.getByRole("alert").textContent()
    }
    expect(await refusal("{")).toContain("x.json is not JSON.")
    expect(await refusal({ ...run, fibers: [{ ...run.fibers[0], from: "zero" }] })).toContain(
      "the field \"fibers.0.from\""
    )
  })

  test("is opened when it is dropped on the page", async ({ tested }) => {
    const page = await tested.open("#/timelines")
    const data = await page.evaluateHandle((json) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([json], "dropped.json", { type: "application/json" }))
      return transfer
    }, JSON.stringify(run))
    await page.dispatchEvent(".drop", "drop", { dataTransfer: data })
    await page.getByRole("treegrid").waitFor()
  })

  test("is compared with another one on the same axis", async ({ tested }) => {
    const page = await openFile(tested, run)
    await page.getByRole("button", { name: "Compare" }).click()
    const other = recording({
      name: "slower",
      duration_ns: 2000 * ms,
      fibers: [fiber(1, null, 0, 2000 * ms, "Slow.run")]
    })
    await page.setInputFiles("dialog[open] input[type=file]", fileOf(other))
    await page.getByRole("row", { name: "Slow.run" }).waitFor()
    expect(await rowNames(page)).toEqual([
      "transfers",
      "Transfers.run",
      "Upstream.get",
      "Ledger.write",
      "slower",
      "Slow.run"
    ])
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole("button", { name: "Stop comparing" }).click()
    await page.getByRole("row", { name: "Slow.run" }).waitFor({ state: "detached" })
  })
})

describe("a large recording", () => {
  test("costs what is visible, not what it contains", async ({ tested }) => {
    const page = await openFile(tested, large(2000, 50_000))
    expect(await page.getByRole("treegrid").getAttribute("aria-rowcount")).toBe("2000")
    const width = await page.locator(".timeline-bars").evaluate((canvas) => canvas.clientWidth)
    const check = async () => {
      const { bars, rows } = await drawn(page)
      expect(rows).toBeLessThan(60)
      expect(bars).toBeGreaterThan(0)
      expect(bars).toBeLessThanOrEqual(rows * width)
      expect(await page.getByRole("row").count()).toBeLessThan(80)
    }
    await check()
    await page.getByRole("treegrid").focus()
    await page.keyboard.press("End")
    expect(await selectedName(page)).toBe("Worker.step4")
    await check()
    // each slice has one length, so the bars follow from the part that is shown
    for (let half = 25 / 2; half > 2; half /= 2) {
      await page.keyboard.press("+")
      const { bars, rows } = await drawn(page)
      expect(bars / rows).toBeLessThanOrEqual(Math.ceil(half) + 1)
      await check()
    }
  })
})
