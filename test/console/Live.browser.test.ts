import type { Page } from "playwright-core"
import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

/** Sends a request that the server records, and returns the id of its timeline. */
const request = (page: Page, path: string, number: number) => {
  const id = `${number}`.padStart(32, "a")
  const answer = page.request.get(new URL(path, page.url()).href, {
    headers: { traceparent: `00-${id}-00f067aa0ba902b7-01` }
  })
  return { id, answer }
}

const rowOf = (page: Page, id: string) =>
  page.getByRole("row").filter({ has: page.locator(`a[href="#/timelines/${id}"]`) })

test("a request appears while it runs, grows, and ends as what it was; it opens its timeline", async ({ tested }) => {
  const page = await tested.open("#/live")
  await page.getByText("connected", { exact: true }).waitFor()
  const { answer, id } = request(page, "/async-slow", 1)
  const row = rowOf(page, id)
  await row.getByText("running").waitFor()
  // other tests run jobs meanwhile
  expect(await page.getByRole("row").nth(1).textContent()).toContain("running")
  const width = () => row.locator(".figure").first().textContent()
  const first = await width()
  await expect.poll(width).not.toBe(first)
  await answer
  await row.getByText("200 succeeded").waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
  await row.getByRole("link").click()
  await page.getByRole("treegrid").waitFor()
  expect(await page.locator(".timeline-why").textContent()).toContain("took 3")
})

test("a filter is in the address, and shows the same runs to whoever opens it", async ({ tested }) => {
  const page = await tested.open("#/live")
  await page.getByText("connected", { exact: true }).waitFor()
  const [users, unknown] = [request(page, "/users", 2), request(page, "/users/999/complete-profile", 3)]
  await Promise.all([users.answer, unknown.answer])
  await rowOf(page, users.id).waitFor()
  await rowOf(page, unknown.id).waitFor()
  await page.getByLabel("Outcome").selectOption("failure")
  await page.getByLabel("Route").fill("complete-profile")
  await rowOf(page, users.id).waitFor({ state: "detached" })
  const hash = await page.evaluate(() => location.hash)
  expect(hash).toBe("#/live?route=complete-profile&outcome=failure")
  const other = await tested.open(hash)
  await rowOf(other, unknown.id).waitFor()
  expect(await rowOf(other, users.id).count()).toBe(0)
  await other.getByLabel("At least (ms)").fill("60000")
  await other.getByText("No run matches the filter.").waitFor()
})

test("a pause holds the list until it ends, and the list says what it lacks", async ({ tested }) => {
  const page = await tested.open("#/live")
  await page.getByText("connected", { exact: true }).waitFor()
  await page.getByRole("button", { name: "Pause" }).click()
  const { answer, id } = request(page, "/users", 4)
  await answer
  await page.getByText(/paused, \d+ changes? waiting/).waitFor()
  expect(await rowOf(page, id).count()).toBe(0)
  await page.getByRole("button", { name: "Pause" }).click()
  await rowOf(page, id).waitFor()
  await page.getByRole("button", { name: "Count all requests" }).click()
  await page.getByText(/Requests answered since the start: \d+, of them recorded: \d+/).waitFor()
})

test("an action of the reader leads to its timeline", async ({ tested }) => {
  const page = await tested.open("#/live")
  const form = page.getByRole("form", { name: "Try a request" })
  await form.getByLabel("Try").selectOption("/users/1/complete-profile")
  await form.getByRole("button", { name: "Send" }).click()
  const link = form.getByRole("link", { name: "timeline" })
  await link.waitFor()
  const id = (await link.getAttribute("href"))?.replace("#/timelines/", "") ?? ""
  await rowOf(page, id).waitFor()
  await link.click()
  await page.getByRole("treegrid").waitFor()
})
