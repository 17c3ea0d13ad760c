import { expect, onTestFinished } from "vitest"
import { test } from "./support/console.ts"
import { startServer } from "./support/server.ts"

test("asks for the token of a server that wants one, and keeps it for the tab", async ({ tested }) => {
  const token = "0123456789abcdef"
  const server = await startServer({ API_TOKENS: token })
  onTestFinished(server.stop)
  const page = await tested.open("#/timelines", { origin: server.origin })
  const dialog = page.getByRole("dialog", { name: "This server asks for a token" })
  await dialog.getByLabel("Token").fill("wrong")
  await dialog.getByRole("button", { name: "Continue" }).click()
  await dialog.getByText("The server refuses this token.").waitFor()
  await dialog.getByLabel("Token").fill(token)
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes("/timelines") && response.status() !== 401),
    dialog.getByRole("button", { name: "Continue" }).click()
  ])
  expect(await answer.request().headerValue("authorization")).toBe(`Bearer ${token}`)
  await dialog.waitFor({ state: "hidden" })
  await Promise.all([
    page.waitForResponse((response) => response.url().includes("/timelines") && response.ok()),
    page.reload()
  ])
})

test("reads anew what it could not read, once the server is back", async ({ tested }) => {
  const server = await startServer()
  onTestFinished(server.stop)
  const opened = await tested.open("#/accounts", { origin: server.origin })
  await opened.getByRole("region", { name: "Account of Alice" }).waitFor()
  await opened.goto(`${server.origin}/#/timelines`)
  const unopened = await tested.open("#/timelines", { origin: server.origin })
  for (const page of [opened, unopened]) await page.getByRole("heading", { name: "Recently recorded" }).waitFor()
  await server.stop()
  await opened.goto(`${server.origin}/#/accounts`)
  await opened.getByRole("alert").waitFor()
  // the code of this view was never loaded
  await unopened.goto(`${server.origin}/#/uploads`)
  await unopened.getByText("This view could not be loaded.").waitFor()
  // a server that has not started yet refuses all
  let refusals = 2
  await opened.route(/\/(health|users)/, (route) => refusals-- > 0 ? route.fulfill({ status: 503 }) : route.continue())
  const back = await startServer({ PORT: new URL(server.origin).port })
  onTestFinished(back.stop)
  await opened.getByRole("region", { name: "Account of Alice" }).waitFor()
  expect(await opened.getByRole("alert").count()).toBe(0)
  await unopened.getByText("No files.").waitFor()
  expect(tested.faults.splice(0)).toEqual([expect.stringContaining("ERR_CONNECTION_REFUSED")])
})

test("says that the server is away, and goes on once it is back", async ({ tested }) => {
  const server = await startServer()
  onTestFinished(server.stop)
  const page = await tested.open("#/timelines", { origin: server.origin })
  await page.getByRole("heading", { level: 1 }).waitFor()
  await server.stop()
  await page.goto(`${server.origin}/#/timelines/0af7651916cd43dd8448eb211c80319c`)
  await page.getByText("The server does not answer.").waitFor()
  const { port } = new URL(server.origin)
  const back = await startServer({ PORT: port })
  onTestFinished(back.stop)
  await page.getByText("The server does not answer.").waitFor({ state: "hidden" })
  // the stream was opened again by itself; this server knows nothing of the recording
  await page.getByRole("alert").waitFor()
})
