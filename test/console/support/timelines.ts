import type { Page } from "playwright-core"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import type { Console } from "./console.ts"

/** A file for the picker of the page. */
export const fileOf = (timeline: unknown, name = "run.json") => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(typeof timeline === "string" ? timeline : JSON.stringify(timeline))
})

/** Opens a recording from a file in a new window. */
export const openFile = async (tested: Console, timeline: Timeline, options = {}): Promise<Page> => {
  const page = await tested.open("#/timelines", options)
  await page.setInputFiles("input[type=file]", fileOf(timeline))
  await page.getByRole("treegrid").waitFor()
  await drawn(page)
  return page
}

/** Waits until the canvas has drawn, and tells how many rows and bars it drew last. */
export const drawn = async (page: Page): Promise<{ readonly rows: number; readonly bars: number }> => {
  await page.waitForFunction(() => document.querySelector<HTMLElement>(".timeline-bars")?.dataset["bars"] !== undefined)
  // a change is painted at the next frame
  return page.evaluate(() =>
    new Promise((resolve) =>
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const { bars, rows } = document.querySelector<HTMLElement>(".timeline-bars")?.dataset ?? {}
          resolve({ rows: Number(rows), bars: Number(bars) })
        })
      )
    )
  )
}

/** The names of the rows of the tree grid that exist, from the top down. */
export const rowNames = (page: Page): Promise<ReadonlyArray<string>> =>
  page.getByRole("row").evaluateAll((rows) =>
    rows.toSorted((one, other) => Number(one.ariaRowIndex) - Number(other.ariaRowIndex))
      .map((row) => row.querySelector(".timeline-text")?.textContent ?? "")
  )

/** The name of the selected row. */
export const selectedName = (page: Page): Promise<string | null> =>
  page.locator("[role=row][aria-selected=true] .timeline-text").textContent()
