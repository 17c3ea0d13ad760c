import type { Page } from "playwright-core"
import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"
import { fiber, recording, slice } from "./support/recordings.ts"
import { openFile, selectedName } from "./support/timelines.ts"

const ms = 1_000_000
const other = "1af7651916cd43dd8448eb211c80319d"

/** A run of 1.8 s: a pause, a wait for a permit, and a wait behind a fiber that keeps the event loop. */
const run = recording({
  name: "report",
  duration_ns: 1800 * ms,
  fibers: [
    fiber(1, null, 0, 1800 * ms, "Report.make"),
    fiber(2, 1, 900 * ms, 1531 * ms, "Report.page"),
    fiber(3, 1, 900 * ms, 1800 * ms, "Report.sum")
  ],
  slices: [
    { ...slice(1, 0, 900 * ms, "waiting"), reason: { kind: "pause", milliseconds: 900 } },
    { ...slice(1, 900 * ms, 1531 * ms, "waiting"), reason: { kind: "join", fiber: 2 }, woken_by: 2 },
    slice(1, 1531 * ms, 1800 * ms, "ready"),
    {
      ...slice(2, 900 * ms, 1500 * ms, "waiting"),
      reason: { kind: "permit", policy: "batch", place: 2, holders: [3] }
    },
    slice(2, 1500 * ms, 1531 * ms),
    slice(3, 900 * ms, 1531 * ms, "ready"),
    slice(3, 1531 * ms, 1800 * ms)
  ],
  commits: [{ group: 7, from: 100 * ms, to: 103 * ms, fibers: [1, 2], others: 4 }],
  loop_stalls: [{
    from: 1531 * ms,
    to: 1800 * ms,
    fiber: 3,
    name: "Report.sum",
    victims: [
      { timeline: null, fiber: 1, name: "Report.make", stolen_ns: 269 * ms },
      { timeline: other, fiber: 5, name: "users.list", stolen_ns: 31 * ms }
    ]
  }]
})

const details = (page: Page) => page.getByRole("complementary", { name: "Details" })

test("a run tells why it took so long, and each part of its critical path leads to its slice", async ({ tested }) => {
  const page = await openFile(tested, run)
  expect(await page.locator(".timeline-why").textContent()).toContain("took 1.8 s: 0.9 s pause of the policy, ")
  const path = page.getByRole("list", { name: "Critical path" })
  const parts = path.getByRole("button")
  const told = await parts.evaluateAll((buttons) => buttons.map(({ ariaLabel }) => ariaLabel))
  expect(told.map((text) => text?.split(",")[0])).toEqual([
    "900 ms pause",
    "600 ms permit",
    "31 ms run",
    "269 ms ready"
  ])
  expect(told[1]).toContain("Report.page: waits for a permit, batch, place 2, held by Report.sum")
  await parts.nth(1).click()
  expect(await selectedName(page)).toBe("Report.page")
  await details(page).getByText("batch, place 2, held by Report.sum").waitFor()
  await page.getByText("Why 1.8 s?").waitFor()
  const dark = await openFile(tested, run, { colorScheme: "dark" })
  expect(await accessibilityFaults(dark)).toEqual([])
  const boxes = await parts.evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().width))
  expect((boxes[0] ?? 0) / (boxes[1] ?? 1)).toBeCloseTo(1.5, 1)
  expect(await accessibilityFaults(page)).toEqual([])
})

test("a stall of the loop is blamed on its slice, with the time that it stole from each victim", async ({ tested }) => {
  const page = await openFile(tested, run)
  await page.getByText("Stalled loop: 1").click()
  const stall = page.locator(".timeline-stalls").first()
  expect(await stall.textContent()).toContain("kept the event loop for 269 ms")
  expect(await stall.getByRole("listitem").filter({ hasText: "users.list" }).last().textContent()).toContain(
    "lost 31 ms"
  )
  expect(await stall.getByRole("link", { name: "users.list" }).getAttribute("href")).toBe(
    `#/timelines/${other}?fiber=5`
  )
  await stall.getByRole("button", { name: "Report.sum" }).click()
  expect(await selectedName(page)).toBe("Report.sum")
  await details(page).getByText("runs", { exact: true }).waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
})
