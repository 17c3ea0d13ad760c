import { expect } from "vitest"
import { test } from "./support/console.ts"
import { rowNames, selectedName } from "./support/timelines.ts"

/** Makes the server record a request, under an id that no other test has. */
const recorded = (id: string) => ({ traceparent: `00-${id}-b7ad6b7169203331-01` })

test("a recording of the server grows on the page until its run has ended", async ({ tested }) => {
  const id = "5c0e1f0a5c0e1f0a5c0e1f0a5c0e1f0a"
  const page = await tested.open("#/timelines")
  await page.getByRole("heading", { level: 1 }).waitFor()
  const answer = fetch(`${tested.origin}/async-slow`, { headers: recorded(id) })
  // the page asks for the recording once it has begun
  await page.waitForFunction((path) => fetch(path).then(({ ok }) => ok), `/timelines/${id}`)
  await page.goto(`${tested.origin}/#/timelines/${id}?fiber=0`)
  const outcome = page.locator(".timeline-why .status")
  await outcome.getByText("running").waitFor()
  await answer
  await outcome.getByText("succeeded").waitFor()
  expect((await rowNames(page)).join()).toContain("Basics.asyncSlow")
})

test("a link to the place that is looked at can be copied, and opens there", async ({ tested }) => {
  const id = "5c0e1f0a5c0e1f0a5c0e1f0a5c0e1f0d"
  await fetch(`${tested.origin}/users/1/complete-profile`, { headers: recorded(id) })
  const page = await tested.open(`#/timelines/${id}`, { permissions: ["clipboard-read", "clipboard-write"] })
  await page.getByRole("treegrid").focus()
  await page.keyboard.press("End")
  // at once, before the address has followed the reader
  await page.getByRole("treegrid").evaluate(async (grid) => {
    grid.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }))
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    for (const button of document.querySelectorAll("button")) if (button.textContent === "Copy link") button.click()
  })
  await page.getByRole("button", { name: "Link copied" }).waitFor()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  const chosen = await selectedName(page)
  const query = new URLSearchParams(link.split("?")[1])
  expect([...query.keys()]).toEqual(["from", "to", "fiber"])
  await page.getByRole("button", { name: "Copy link" }).waitFor()
  const other = await tested.open(link.slice(tested.origin.length + 1))
  await expect.poll(() => selectedName(other)).toBe(chosen)
})

test("recordings of the server are listed, and two of them share an axis", async ({ tested }) => {
  const [one, other] = ["5c0e1f0a5c0e1f0a5c0e1f0a5c0e1f0b", "5c0e1f0a5c0e1f0a5c0e1f0a5c0e1f0c"]
  await fetch(`${tested.origin}/users/1/complete-profile`, { headers: recorded(one) })
  await fetch(`${tested.origin}/users/2/complete-profile`, { headers: recorded(other) })
  const page = await tested.open("#/timelines")
  await page.locator(`a[href="#/timelines/${other}"]`).waitFor()
  await page.goto(`${tested.origin}/#/timelines/${one}?with=${other}`)
  await page.getByRole("treegrid").waitFor()
  expect(await page.locator(".timeline-facts").count()).toBe(2)
  const names = await rowNames(page)
  expect(names.filter((name) => name === "users.completeProfile")).toHaveLength(2)
})
