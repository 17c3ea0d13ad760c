import type { Page } from "playwright-core"
import { expect } from "vitest"
import { accessibilityFaults, test } from "./support/console.ts"

const windowOf = (page: Page, id: number) => page.getByRole("region", { name: `Client ${id}`, exact: true })
const conversation = (page: Page, id: number) => page.getByRole("log", { name: `Conversation of client ${id}` })

const connected = async (page: Page, ...ids: ReadonlyArray<number>) => {
  for (const id of ids) await windowOf(page, id).getByText("connected", { exact: true }).waitFor()
}

const write = async (page: Page, id: number, text: string, to = "everyone") => {
  await windowOf(page, id).getByLabel("To").selectOption({ label: to })
  await windowOf(page, id).getByLabel("Message").fill(text)
  await windowOf(page, id).getByRole("button", { name: "Send" }).click()
}

test("two pages with three clients each talk to each other, to all or to one", async ({ tested }) => {
  const [one, other] = [await tested.open("#/chat?clients=21,22,23"), await tested.open("#/chat?clients=24,25,26")]
  await connected(one, 21, 22, 23)
  await connected(other, 24, 25, 26)
  await write(other, 24, "hello")
  for (const id of [21, 22, 23]) await conversation(one, id).getByText("HELLO").waitFor()
  await write(one, 21, "a secret", "client 24")
  await conversation(other, 24).getByText("A SECRET").waitFor()
  await write(one, 22, "the end")
  await conversation(other, 25).getByText("THE END").waitFor()
  expect(await conversation(other, 25).getByText("A SECRET").count()).toBe(0)
  expect(await conversation(one, 22).getByText("A SECRET").count()).toBe(0)
  expect(await accessibilityFaults(one)).toEqual([])
})

test("those who leave are seen to leave, and may come back", async ({ tested }) => {
  const page = await tested.open("#/chat?clients=31,32")
  await connected(page, 31, 32)
  await windowOf(page, 31).getByText("Seen here: 31, 32").waitFor()
  await windowOf(page, 32).getByRole("button", { name: "Leave" }).click()
  await conversation(page, 31).getByText("Client 32 has left.").waitFor()
  await conversation(page, 32).getByText("Closed: 1000 · normal end.").waitFor()
  await windowOf(page, 31).getByText("Seen here: 31", { exact: true }).waitFor()
  await windowOf(page, 32).getByRole("button", { name: "Come back" }).click()
  await windowOf(page, 31).getByText("Seen here: 31, 32").waitFor()
})

test("a message that is too large closes the socket with its reason, and the client connects again", async ({ tested }) => {
  const page = await tested.open("#/chat?clients=41,42")
  await connected(page, 41, 42)
  await write(page, 41, "x".repeat(70_000))
  await conversation(page, 41).getByText("Closed: 1009 · message too large. Connecting again…").waitFor()
  await conversation(page, 42).getByText("Client 41 joins.").waitFor()
  await connected(page, 41)
  await write(page, 41, "back")
  await conversation(page, 42).getByText("BACK").waitFor()
})

test("a message to somebody who has left is refused", async ({ tested }) => {
  const page = await tested.open("#/chat?clients=51,52")
  await connected(page, 51, 52)
  await write(page, 51, "are you there", "client 52")
  await windowOf(page, 52).getByRole("button", { name: "Leave" }).click()
  await conversation(page, 51).getByText("Client 52 has left.").waitFor()
  await windowOf(page, 51).getByLabel("Message").fill("and now")
  await windowOf(page, 51).getByRole("button", { name: "Send" }).click()
  await conversation(page, 51).getByText("Client 52 is not connected.").waitFor()
  expect(await conversation(page, 51).getByText("AND NOW").count()).toBe(0)
})
