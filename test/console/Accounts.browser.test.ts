import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

test("a transfer stands in both ledgers once, even if it is sent twice", async ({ tested }) => {
  const page = await tested.open("#/accounts?from=1&to=3")
  const form = page.getByRole("form", { name: "Transfer" })
  const [payer, payee] = [
    page.getByRole("region", { name: "Account of Alice" }),
    page.getByRole("region", { name: "Account of Chloé" })
  ]
  await payer.getByText("€100.00").first().waitFor()
  await form.getByLabel("Amount (€)").fill("12.34")
  await form.getByRole("button", { name: "Transfer" }).click()
  await form.getByText("Transfer of 12.34€ done").waitFor()
  const entry = (text: string) => page.getByRole("row").filter({ hasText: text })
  await entry("-€12.34").getByText("new", { exact: true }).waitFor()
  await entry("+€12.34").getByText("new", { exact: true }).waitFor()
  await payer.getByRole("status").getByText("€87.66").waitFor()
  const key = await form.getByRole("code").textContent()
  await form.getByRole("button", { name: "Send the same request again" }).click()
  await form.getByText("The answer kept under this key").waitFor()
  expect(await form.getByRole("code").textContent()).toBe(key)
  await payer.getByText("new", { exact: true }).waitFor({ state: "detached" })
  expect(await payer.getByText("-€12.34").count()).toBe(1)
  expect(await payee.getByText("+€12.34").count()).toBe(1)
  expect(await accessibilityFaults(page)).toEqual([])
})

test("not enough money is the problem that it is, and a deposit helps", async ({ tested }) => {
  const page = await tested.open("#/accounts?from=2&to=3")
  const form = page.getByRole("form", { name: "Transfer" })
  await form.getByLabel("Amount (€)").fill("70")
  await form.getByRole("button", { name: "Transfer" }).click()
  await page.getByRole("alert").getByText("Account 2 has 50.00€, 70.00€ are needed.").waitFor()
  await page.getByRole("form", { name: "Deposit" }).getByRole("button", { name: "Deposit" }).click()
  const payer = page.getByRole("region", { name: "Account of Bob" })
  await payer.getByRole("status").getByText("€100.00").waitFor()
  await form.getByRole("button", { name: "Transfer" }).click()
  await payer.getByRole("status").getByText("€30.00").waitFor()
})
