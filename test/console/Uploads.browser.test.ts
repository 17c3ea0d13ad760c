import type { Page } from "playwright-core"
import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

/** More than the buffers between the browser and the server's disk hold. */
const large = 50_000_000

/** Drops a new file on the page. */
const drop = (page: Page, name: string, size: number) =>
  page.evaluate(([name, size]) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([new Uint8Array(size)], name))
    document.querySelector(".drop")?.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer }))
  }, [name, size] as const)

/** Makes the network slow enough for a reader to press a button; -1 bytes a second have no bound. */
const throttleOf = async (page: Page) => {
  const network = await page.context().newCDPSession(page)
  return (uploadThroughput: number) =>
    network.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput
    })
}

test("a paused file is sent no further until it is resumed, while another one is sent", async ({ tested }) => {
  const page = await tested.open("#/uploads")
  const throttle = await throttleOf(page)
  await page.getByText("No files.").waitFor()
  await throttle(5_000_000)
  await drop(page, "large.bin", large)
  const row = page.getByRole("listitem").filter({ hasText: "large.bin" })
  const progress = row.getByRole("progressbar")
  await row.getByRole("button", { name: "Pause large.bin" }).click()
  await row.getByText("paused").waitFor()
  await throttle(-1)
  await page.getByLabel("Files to send").setInputFiles({
    name: "small.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("x")
  })
  await page.getByRole("link", { name: "small.txt", exact: true }).waitFor()
  const sent = Number(await progress.getAttribute("value"))
  expect(sent).toBeLessThan(large / 2)
  expect(await page.getByRole("link", { name: "large.bin", exact: true }).count()).toBe(0)
  // a file goes on, or stays paused, while the reader looks at another view
  await page.getByRole("link", { name: "Outbox" }).click()
  await page.getByRole("heading", { name: "Outbox" }).waitFor()
  await page.getByRole("link", { name: "Uploads" }).click()
  await row.getByRole("button", { name: "Resume large.bin" }).click()
  await row.getByText("stored").waitFor()
  await page.getByRole("link", { name: "large.bin", exact: true }).waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "small.txt", exact: true }).click()
  ])
  expect(download.suggestedFilename()).toBe("small.txt")
  for (const name of ["small.txt", "large.bin"]) {
    await page.getByRole("button", { name: `Delete ${name}` }).click()
    await page.getByRole("link", { name, exact: true }).waitFor({ state: "detached" })
  }
})

test("a stopped file leaves nothing", async ({ tested }) => {
  const page = await tested.open("#/uploads")
  const throttle = await throttleOf(page)
  await page.getByText("or drop them here").waitFor()
  await throttle(100_000)
  const name = "stopped.bin"
  await drop(page, name, 5_000_000)
  const row = page.getByRole("listitem").filter({ hasText: name })
  await row.getByRole("button", { name: `Stop ${name}` }).click()
  await row.getByText("stopped", { exact: true }).waitFor()
  const answer = await page.request.get(`${tested.origin}/uploads`)
  expect(await answer.text()).not.toContain(name)
})
