import type { Page } from "playwright-core"
import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

/** Asks for a registration, and returns the panel that shows it. */
const register = async (page: Page, email: string, delay: number) => {
  const form = page.getByRole("form", { name: "New job" })
  await form.getByLabel("E-mail address").fill(email)
  await form.getByLabel("Delay (s)").fill(String(delay))
  await form.getByRole("button", { name: "Ask for it" }).click()
  return page.getByRole("region", { name: /^registration \d+$/ })
}

test("a registration shows its activities as they end, and stands in the list", async ({ tested }) => {
  const page = await tested.open("#/jobs")
  const panel = await register(page, "ann@example.com", 0)
  await panel.getByText("running", { exact: true }).waitFor()
  await panel.getByText("3 of 3 activities").waitFor()
  await panel.getByText("succeeded", { exact: true }).waitFor()
  expect(await panel.getByText(/^attempt 1: succeeded/).count()).toBe(3)
  const name = await panel.getAttribute("aria-label")
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: name ?? "", exact: true }) })
  await row.getByText("succeeded").waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
  await panel.getByRole("link", { name: /^timeline/ }).click()
  await page.getByRole("treegrid").waitFor()
})

test("a job is cancelled, and succeeds when it is retried", async ({ tested }) => {
  const page = await tested.open("#/jobs")
  const panel = await register(page, "bob@example.com", 600)
  await panel.getByText("waiting", { exact: true }).waitFor()
  await panel.getByRole("button", { name: "Cancel" }).click()
  await panel.getByText("cancelled", { exact: true }).waitFor()
  await panel.getByRole("button", { name: "Retry" }).click()
  await panel.getByText("Run 2.").waitFor()
  await panel.getByText("succeeded", { exact: true }).waitFor()
})

test("a list by state follows its jobs by itself, and a wrong address is refused in its place", async ({ tested }) => {
  const page = await tested.open("#/jobs?state=cancelled")
  const list = page.getByRole("table")
  const other = await tested.open("#/jobs")
  const panel = await register(other, "cy@example.com", 600)
  await panel.getByRole("button", { name: "Cancel" }).click()
  await list.getByText("cy@example.com").waitFor()
  expect(await list.getByText("waiting").count()).toBe(0)
  await register(other, "no-host@x", 0)
  await other.getByRole("alert").getByText("body.email", { exact: true }).waitFor()
})
