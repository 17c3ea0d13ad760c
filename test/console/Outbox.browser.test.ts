import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

test("a mail appears once its job has sent it, and opens", async ({ tested }) => {
  const page = await tested.open("#/outbox")
  await page.request.post(`${tested.origin}/send-notification-async/?email=dora@example.com`)
  await page.getByRole("link", { name: /dora@example\.com/ }).click()
  const mail = page.getByRole("article")
  await mail.getByText("dora@example.com").waitFor()
  expect(await mail.getByRole("link", { name: /^job \d+$/ }).getAttribute("href")).toMatch(/^#\/jobs\/\d+$/)
  expect(await accessibilityFaults(page)).toEqual([])
})

test("says that a mail is not in the list", async ({ tested }) => {
  const page = await tested.open("#/outbox/999")
  await page.getByText("Mail 999 is not among those of the list.").waitFor()
})
