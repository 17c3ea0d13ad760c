import { describe, expect } from "vitest"
import { easyQuestion, steady } from "../support/predictions.ts"
import { accessibilityFaults, test } from "./support/console.ts"
import { patience } from "./support/lab.ts"

const scenario = { ...steady, requests: 200, policy: { timeout: "1 second" } }

const linkTo = (shared: unknown) =>
  `#/predict/coordinated-omission?${new URLSearchParams({ scenario: JSON.stringify(shared) })}`

describe("Predict", () => {
  test("runs a lesson's variants, shows its claims, and has no fault of accessibility", async ({ tested }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await tested.open("#/predict/coordinated-omission", { colorScheme })
      await page.getByRole("button", { name: "Compare the variants" }).click()
      const claims = page.getByRole("table", { name: "Claims of the lesson" })
      await claims.getByText("yes").first().waitFor(patience)
      expect(await claims.getByText("no", { exact: true }).count()).toBe(0)
      expect(await page.locator(".predict-lesson .chart").count()).toBe(3)
      expect(await accessibilityFaults(page)).toEqual([])
    }
    const french = await tested.open("#/predict/retry-storm", {
      locale: "fr-FR",
      viewport: { width: 375, height: 800 }
    })
    await french.getByRole("heading", { name: "La tempête de relances et ses cinq remèdes" }).waitFor()
    expect(await french.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
  })

  test("simulates a shared scenario, and shows a refusal at its field", async ({ tested }) => {
    const page = await tested.open(linkTo(scenario))
    await page.getByLabel("Requests", { exact: true }).fill("300")
    await page.getByRole("button", { name: "Simulate" }).click()
    const figures = page.getByRole("table", { name: "Figures of the simulation" })
    await figures.getByRole("row", { name: "Requests 300" }).waitFor(patience)
    await figures.getByRole("row", { name: "p99 (ms) 50" }).waitFor()
    // the address follows the editor, and another window opens the same scenario
    const other = await tested.open(new URL(page.url()).hash)
    expect(await other.getByLabel("Requests", { exact: true }).inputValue()).toBe("300")

    await page.getByLabel("Timeout", { exact: true }).fill("soon")
    await page.getByRole("button", { name: "Simulate" }).click()
    await expect.poll(() => page.getByLabel("Timeout", { exact: true }).getAttribute("aria-invalid")).toBe("true")
    await page.getByText("The whole scenario, as JSON").click()
    await page.getByRole("textbox", { name: "Scenario" }).fill(JSON.stringify({ ...scenario, colour: "red" }))
    await page.getByRole("button", { name: "Simulate" }).click()
    await page.getByText("colour: extra fields are not permitted here").waitFor()
  })

  test("sweeps a value", async ({ tested }) => {
    const page = await tested.open(linkTo(scenario))
    const sweep = page.getByRole("region", { name: "Sweep", exact: true })
    await sweep.getByLabel("Value", { exact: true }).selectOption("upstream.service.value")
    await sweep.getByLabel("Values").fill("10 millis, 20 millis, 40 millis")
    await sweep.getByLabel("Figure").selectOption({ label: "p95 (ms)" })
    await sweep.getByRole("button", { name: "Sweep" }).click()
    await sweep.getByRole("img", { name: "p95 (ms), upstream.service.value: p95 (ms) from 10 to 40" }).waitFor(patience)
    await sweep.getByRole("row", { name: "p50 (ms) 10 20 40" }).waitFor()
  })

  test("shows one simulated request in the timeline's view", async ({ tested }) => {
    const page = await tested.open(linkTo(scenario))
    const panel = page.getByRole("region", { name: "A simulated request" })
    await panel.getByLabel("Number, from 0").fill("17")
    await panel.getByRole("button", { name: "Show its timeline" }).click()
    await panel.getByRole("treegrid").getByText("request 17").waitFor(patience)
    await panel.getByLabel("Number, from 0").fill("200")
    await panel.getByRole("button", { name: "Show its timeline" }).click()
    await panel.getByText("The simulation has no request 200: it has 200, from 0 on.").waitFor()
  })

  test("asks the advisor, and shows its evidence or the field that it refuses", async ({ tested }) => {
    const page = await tested.open(linkTo(scenario))
    const panel = page.getByRole("region", { name: "Advice" })
    const question = panel.getByRole("textbox", { name: "Question" })
    await question.fill(JSON.stringify({ ...easyQuestion, rate: 0 }))
    await panel.getByRole("button", { name: "Advise a policy" }).click()
    await panel.getByText("rate: must be a number from 0.001 to 100000").waitFor(patience)
    await question.fill(JSON.stringify(easyQuestion))
    await panel.getByRole("button", { name: "Advise a policy" }).click()
    await panel.getByRole("table", { name: "Evidence" }).getByText("kept").waitFor(patience)
    expect(await accessibilityFaults(page)).toEqual([])
  })
})
