import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import type { Page } from "playwright-core"
import { expect, inject, onTestFinished } from "vitest"
import { ask } from "../../scripts/harness/postgresClient.ts"
import type { Nodes } from "../../src/console/nodes/Node.ts"
import { accessibilityFaults, test } from "./support/console.ts"
import { type Server, startServer } from "./support/server.ts"

const postgres = inject("postgres")

/** Skipped without a PostgreSQL server, as the start of the tests says loudly. */
const testPostgres = postgres === "" ? test.skip : test

/** Starts servers on a database of their own, whose mails take long. */
const startServers = async (count: number) => {
  const database = `console_${randomUUID().replaceAll("-", "")}`
  await Effect.runPromise(ask(postgres, `CREATE DATABASE ${database}`))
  onTestFinished(async () => {
    await Effect.runPromise(ask(postgres, `DROP DATABASE ${database} WITH (FORCE)`))
  })
  const url = new URL(postgres)
  url.pathname = `/${database}`
  const settings = { DATABASE_URL: url.href, MAIL_DURATION: "25 seconds" }
  const servers = await Promise.all(Array.from({ length: count }, () => startServer(settings)))
  for (const server of servers) onTestFinished(server.stop)
  return { servers, settings }
}

const nodesOf = async ({ origin }: Server): Promise<Nodes> => (await fetch(`${origin}/nodes`)).json()

/** Gives all servers work, and returns the first one of those given that has some. */
const busyOne = async (entry: Server, candidates: ReadonlyArray<Server>): Promise<Server> => {
  for (let job = 0; job < 9; job++) {
    await fetch(`${entry.origin}/register-user/?email=job${job}@example.com`, { method: "POST" })
  }
  for (;;) {
    const { nodes } = await nodesOf(entry)
    const busy = nodes.find(({ pid, running }) => running > 0 && candidates.some((server) => server.pid === pid))
    const found = candidates.find(({ pid }) => pid === busy?.pid)
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const panelOf = (page: Page, { pid }: Server) => page.getByRole("region", { name: new RegExp(`/${pid}$`) })

testPostgres("a killed server is shown as gone, and its jobs where they go on", async ({ tested }) => {
  const { servers } = await startServers(3)
  const [entry, ...others] = servers
  if (entry === undefined) return expect.fail("no server")
  await expect.poll(async () => (await nodesOf(entry)).nodes.map(({ shards }) => shards)).toEqual([4, 4, 4])
  const page = await tested.open("#/nodes", { origin: entry.origin })
  await panelOf(page, entry).getByText("serves this console").waitFor()
  for (const server of servers) {
    await panelOf(page, server).getByText("alive", { exact: true }).waitFor()
    await panelOf(page, server).getByText("4 of 12 shards").waitFor()
  }
  const victim = await busyOne(entry, others)
  await panelOf(page, victim).getByRole("list", { name: /^Attempts under way/ }).waitFor()
  await victim.kill()
  await panelOf(page, victim).getByText(/^gone, last sign/).waitFor()
  await panelOf(page, victim).getByText("0 of 12 shards").waitFor()
  const name = `/${victim.pid}`
  await page.getByText(new RegExp(`^taken over from .*${name}, which gave no sign of life; [\\d.]+ s later$`)).first()
    .waitFor()
  await panelOf(page, victim).getByRole("list", { name: /^Taken over from/ }).waitFor()
  const rows = page.getByRole("region", { name: /^Jobs that went/ }).getByRole("row").filter({ hasText: name })
  await expect.poll(() => rows.count()).toBeGreaterThan(0)
  expect(await rows.first().textContent()).toMatch(/registration \d+.*gave no sign of life[\d.]+ s/)
  expect(await accessibilityFaults(page)).toEqual([])
  // everything that the dead server had runs elsewhere
  const { nodes, takeovers } = await nodesOf(entry)
  expect(nodes.find(({ pid }) => pid === victim.pid)).toMatchObject({ state: "gone", attempts: [] })
  const silent = takeovers.filter(({ reason }) => reason === "silent")
  for (const { gap_ms } of silent) expect(gap_ms).toBeGreaterThanOrEqual(6000)
})

testPostgres("the servers are shown again once the one that serves the console is back", async ({ tested }) => {
  const { servers: [entry, other], settings } = await startServers(2)
  if (entry === undefined || other === undefined) return expect.fail("no server")
  const page = await tested.open("#/nodes", {
    origin: entry.origin,
    colorScheme: "dark",
    locale: "fr-FR",
    viewport: { width: 390, height: 844 }
  })
  await panelOf(page, other).getByText("en vie", { exact: true }).waitFor()
  await entry.kill()
  await page.getByText("Le serveur ne répond pas.").waitFor()
  await page.getByText(/^sans nouvelles depuis/).waitFor()
  const back = await startServer({ ...settings, PORT: new URL(entry.origin).port })
  onTestFinished(back.stop)
  await panelOf(page, back).getByText("sert cette console").waitFor()
  await page.getByText("connecté", { exact: true }).waitFor()
  await panelOf(page, entry).getByText(/^disparu, dernier signe/).waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  expect(tested.faults.splice(0).filter((fault) => !fault.includes("ERR_"))).toEqual([])
})
