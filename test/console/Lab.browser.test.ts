import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

/** Milliseconds in which an experiment ends, on a machine that does much else. */
const patience = { timeout: 60_000 }

/** Waits until the experiments that were started have ended. */
const ended = (page: Page, ways: number) =>
  page.waitForFunction(
    (ways) =>
      document.querySelectorAll(".lab-way .status:not(.status-busy)").length === ways &&
      document.querySelector(".lab-form [type=submit]:disabled") === null,
    ways,
    patience
  )

const runBoth = async (page: Page) => {
  await page.getByRole("button", { name: "Run both" }).click()
  await ended(page, 2)
}

/** The cells of a row of the figures: wrong, right, relation. */
const figure = async (page: Page, name: string): Promise<ReadonlyArray<string>> => {
  const row = page.getByRole("region", { name: "Measured figures" })
    .getByRole("row", { name: new RegExp(`^${name} [\\d–]`) })
  const [, ...cells] = await row.getByRole("cell").allTextContents()
  return cells
}

/** A chapter with some knobs, and a figure whose relation no load of the machine can turn round. */
const relations: ReadonlyArray<readonly [place: string, figure: string, cells: ReadonlyArray<unknown>]> = [
  ["blocking", "Concurrency reached", ["1", "4", "right: 4 times as many"]],
  ["tasks", "Concurrency reached", ["1", "3", "right: 3 times as many"]],
  ["client?latency=500", "Upstream calls at once", ["1", "4", "right: 4 times as many"]],
  ["parallel?latency=500&tasks=3", "Upstream calls at once", ["1", "3", "right: 3 times as many"]],
  ["timeouts?latency=200&timeout=1900", "Results", ["6 of 6", "4 of 6", ""]],
  ["jobs?latency=1000", "Last answer after", [expect.anything(), expect.anything(), expect.stringMatching(/^wrong: /)]],
  ["retry", "Upstream calls", ["3", "9", "right: 3 times as many"]],
  ["semaphore?work=5&disk=50", "Results", ["4 of 12", "12 of 12", ""]],
  ["transfer?latency=500&tasks=3", "Upstream calls at once", ["1", "3", "right: 3 times as many"]],
  ["cpu?work=20", "Concurrency reached", ["1", "2", "right: 2 times as many"]],
  ["errors", "Results", ["0 of 6", "4 of 6", ""]]
]

describe("the Lab", () => {
  for (const [place, name, cells] of relations) {
    test(`runs ${place} wrong and right`, async ({ tested }) => {
      const page = await tested.open(`#/lab/${place}`)
      await runBoth(page)
      expect(await figure(page, name)).toEqual(cells)
      const fibers = page.getByRole("treegrid")
      for (const way of ["wrong", "right"]) {
        expect(await fibers.getByText(`${place.split("?")[0]}, ${way}`).count()).toBeGreaterThan(0)
      }
    })
  }

  test("pulls the plug of a client: her items end, and the other client's go on", async ({ tested }) => {
    const page = await tested.open("#/lab/semaphore?tasks=6&permits=2&work=50&disk=500")
    await page.getByRole("button", { name: "Right way only" }).click()
    const alice = page.getByRole("treegrid").getByText("Alice", { exact: true })
    await alice.waitFor(patience)
    await alice.click()
    await page.getByRole("button", { name: "Pull the plug" }).click()
    await ended(page, 1)
    const details = page.getByRole("complementary", { name: "Details" })
    await details.getByText("its plug was pulled").waitFor()
    expect(await details.textContent()).toMatch(/honoured after .*cleaned up in /)
    const [, right = ""] = await figure(page, "Results")
    expect(Number(right.split(" ")[0])).toBeGreaterThanOrEqual(2)
    expect(Number(right.split(" ")[0])).toBeLessThan(6)
  })

  test("names the knob that the server refuses, and keeps the knobs in the address", async ({ tested }) => {
    const page = await tested.open("#/lab/parallel")
    await page.getByLabel("Tasks").fill("3")
    await page.getByLabel("Latency (ms)").fill("9")
    await page.waitForURL("**/#/lab/parallel?tasks=3&latency=9")
    await page.getByRole("button", { name: "Wrong way only" }).click()
    await page.getByText("must be a whole number from 10 to 1000").waitFor()
    expect(await page.getByLabel("Latency (ms)").getAttribute("aria-invalid")).toBe("true")
    await page.reload()
    expect(await page.getByLabel("Tasks").inputValue()).toBe("3")
  })

  test("takes a policy as JSON", async ({ tested }) => {
    const page = await tested.open("#/lab/retry?tasks=1")
    const policy = page.getByRole("textbox", { name: "Policy" })
    await policy.fill("{\"retry\":{\"attempts\":99,\"backoff\":{\"kind\":\"constant\",\"base\":\"1 millis\"}}}")
    await page.getByRole("button", { name: "Right way only" }).click()
    await page.locator("[aria-invalid=true]").waitFor()
    await policy.fill("{\"retry\":{\"attempts\":2,\"backoff\":{\"kind\":\"constant\",\"base\":\"1 millis\"}}}")
    await page.getByRole("button", { name: "Right way only" }).click()
    await ended(page, 1)
    expect((await figure(page, "Upstream calls"))[1]).toBe("2")
  })

  test("stops an experiment", async ({ tested }) => {
    const page = await tested.open("#/lab/blocking?tasks=20&latency=1000")
    await page.getByRole("button", { name: "Wrong way only" }).click()
    await page.getByRole("button", { name: "Stop" }).click()
    await page.getByText("interrupted").first().waitFor(patience)
  })

  test("shows the handbook in French and the code that runs, and has no fault of accessibility", async ({ tested }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await tested.open("#/lab/transfer?latency=10&tasks=2&disk=0", { colorScheme })
      await runBoth(page)
      await page.getByText("The handbook :").click()
      await page.getByText("async with database_transaction()").waitFor()
      await page.getByText("The code that runs :").click()
      await page.getByText("export class Transfers").waitFor()
      expect(await accessibilityFaults(page)).toEqual([])
    }
    const french = await tested.open("#/lab/cpu", { locale: "fr-FR", viewport: { width: 390, height: 800 } })
    await french.getByRole("heading", { name: "Calculer sur la boucle, ou à côté" }).waitFor()
    expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })
})
