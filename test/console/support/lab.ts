import type { Page } from "playwright-core"
import { expect } from "vitest"
import { test } from "./console.ts"

/** Milliseconds in which an experiment ends, on a machine that does much else. */
export const patience = { timeout: 60_000 }

/** Waits until the experiments that were started have ended. */
export const ended = (page: Page, ways: number) =>
  page.waitForFunction(
    (ways) =>
      document.querySelectorAll(".lab-way .status:not(.status-busy)").length === ways &&
      document.querySelector(".lab-form [type=submit]:disabled") === null,
    ways,
    patience
  )

export const runBoth = async (page: Page) => {
  await page.getByRole("button", { name: "Run both" }).click()
  await ended(page, 2)
}

/** The cells of a row of the figures: wrong, right, relation. */
export const figure = async (page: Page, name: string): Promise<ReadonlyArray<string>> => {
  const row = page.getByRole("region", { name: "Measured figures" })
    .getByRole("row", { name: new RegExp(`^${name} [\\d–]`) })
  const [, ...cells] = await row.getByRole("cell").allTextContents()
  return cells
}

/** A chapter with some knobs, a figure whose relation no load can turn round, and the ends of its ways. */
type Relation = readonly [place: string, figure: string, cells: ReadonlyArray<unknown>, ends?: ReadonlyArray<string>]

/** Tests that each chapter runs both ways, with the relation of its figure. */
export const testChapters = (relations: ReadonlyArray<Relation>): void => {
  for (const [place, name, cells, ends = ["ended", "ended"]] of relations) {
    test(`runs ${place} wrong and right`, async ({ tested }) => {
      const page = await tested.open(`#/lab/${place}`)
      await runBoth(page)
      expect(await page.locator(".lab-way .status").allTextContents()).toEqual(ends)
      expect(await figure(page, name)).toEqual(cells)
      const chapter = place.split("?")[0]
      expect(await page.locator(".timeline-why strong").allTextContents()).toEqual([
        `${chapter}, wrong`,
        `${chapter}, right`
      ])
    })
  }
}
