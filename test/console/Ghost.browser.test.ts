import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"
import { figure, patience, runBoth } from "./support/lab.ts"

/** The ghosts that the canvas drew last, and the end of the longest in milliseconds. */
const ghosts = (page: Page) =>
  page.evaluate(() => {
    const { ghosts, ghostsEnd } = document.querySelector<HTMLElement>(".timeline-bars")?.dataset ?? {}
    return [Number(ghosts), Number(ghostsEnd) / 1e6]
  })

const predictedName = "Predicted for these knobs"

describe("the ghost", () => {
  test("lies below the bars, and follows a knob while it is dragged", async ({ tested }) => {
    const page = await tested.open("#/lab/timeouts?tasks=3&latency=20&timeout=100")
    // before any run there are its figures
    await expect.poll(() => figure(page, predictedName), patience).toEqual([
      "200 ms",
      "100 ms",
      "wrong: 2 times as long"
    ])
    await runBoth(page)
    await page.getByText("predicted for the present knobs").waitFor(patience)
    // each way has its root, the fiber that awaits the calls, and one for each call
    await expect.poll(() => ghosts(page), patience).toEqual([10, 200])
    const slider = page.locator(".field", { hasText: "Timeout" }).locator("[type=range]")
    for (const timeout of ["120", "140", "160"]) {
      await slider.fill(timeout)
      await expect.poll(async () => (await figure(page, predictedName))[1], patience).toBe(`${timeout} ms`)
    }
    expect(await page.getByLabel("Timeout (ms)").inputValue()).toBe("160")
    await page.getByLabel("Latency (ms)").fill("40")
    await expect.poll(() => ghosts(page), patience).toEqual([10, 400])
    expect(await page.getByRole("treegrid").getByText("predicted: 400 ms").count()).toBeGreaterThan(0)
    expect(await accessibilityFaults(page)).toEqual([])
    // a knob that the server refuses has no prediction
    await page.getByLabel("Latency (ms)").fill("1")
    await expect.poll(() => ghosts(page), patience).toEqual([0, 0])
  })

  test("is none where the work does not depend on the clock alone", async ({ tested }) => {
    const page = await tested.open("#/lab/cpu?tasks=1&work=1")
    await runBoth(page)
    await expect.poll(async () => (await ghosts(page))[0], patience).toBe(0)
    expect(await page.getByText(predictedName).count()).toBe(0)
  })
})
