import { describe, expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"
import { ended, figure, patience, runBoth } from "./support/lab.ts"

describe("the Lab", () => {
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
    // other knobs in the address of the same chapter, and then the first ones, which the reader has changed
    for (const tasks of ["5", "3"]) {
      await page.goto(`${tested.origin}/#/lab/parallel?tasks=${tasks}&latency=9`)
      await expect.poll(() => page.getByLabel("Tasks").inputValue()).toBe(tasks)
      await page.getByLabel("Tasks").fill("7")
      await page.waitForURL("**/#/lab/parallel?tasks=7&latency=9")
    }
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
      await page.getByText("The handbook:").click()
      await page.getByText("async with database_transaction()").waitFor()
      await page.getByText("The code that runs:").click()
      await page.getByText("export class Transfers").waitFor()
      expect(await accessibilityFaults(page)).toEqual([])
    }
    const french = await tested.open("#/lab/cpu", { locale: "fr-FR", viewport: { width: 390, height: 800 } })
    await french.getByRole("heading", { name: "Calculer sur la boucle, ou à côté" }).waitFor()
    expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    // the list of chapters is wider than a phone, and shows the present one
    const [left, right] = await french.locator(".lab-chapters [aria-current]").evaluate((link) => {
      const { left, right } = link.getBoundingClientRect()
      return [left, right]
    })
    expect(left).toBeGreaterThanOrEqual(0)
    expect(right).toBeLessThanOrEqual(390)
  })

  test("has room for its figures in French, on a small desktop", async ({ tested }) => {
    const page = await tested.open("#/lab/parallel?latency=10&tasks=2", {
      locale: "fr-FR",
      viewport: { width: 1280, height: 800 }
    })
    await page.getByRole("button", { name: "Lancer les deux" }).click()
    await ended(page, 2)
    const figures = page.getByRole("region", { name: "Chiffres mesurés" })
    expect(await figures.getByRole("cell", { name: /^(bonne|mauvaise) : / }).count()).toBeGreaterThan(0)
    expect(await figures.evaluate(({ clientWidth, scrollWidth }) => scrollWidth - clientWidth)).toBe(0)
  })
})
