import type * as axeCore from "axe-core"
import axe from "axe-core"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { expect, inject, test as base } from "vitest"

const shared = inject("browser")

/** The browser, connected at its first use and shared by the tests of this process. */
let connected: Promise<Browser> | undefined

/** The console as one test sees it: in windows of its own, which forget everything at its end. */
export interface Console {
  /** The origin of the server. */
  readonly origin: string
  /** Opens a place of the console, such as `#/timelines`, in a new window; English unless the options say otherwise. */
  readonly open: (hash?: string, options?: Options) => Promise<Page>
  /** Faults of all windows: errors in the browser's console, uncaught exceptions, violations of the policy. */
  readonly faults: Array<string>
}

interface Options extends BrowserContextOptions {
  /** The origin of a server of the test's own. */
  readonly origin?: string
}

/** Collects the faults of a page. Refusals of the API that a test provokes are none. */
const watch = async (page: Page, faults: Array<string>): Promise<void> => {
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`))
  page.on("console", (message) => {
    const { url } = message.location()
    const isRefusal = message.text().startsWith("Failed to load resource") &&
      !new URL(url).pathname.startsWith("/console/")
    if ((message.type() === "error" || message.type() === "warning") && !isRefusal) faults.push(message.text())
  })
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective }) =>
      // eslint-disable-next-line no-console
      console.error(`policy: ${violatedDirective} of ${blockedURI}`))
  })
}

const extended = base.extend<{ readonly tested: Console }>({
  tested: async ({ task: _ }, use) => {
    if (shared === undefined) throw new Error("there is no browser")
    const browser = await (connected ??= chromium.connect(shared.endpoint))
    const faults: Array<string> = []
    const windows: Array<Page> = []
    await use({
      origin: shared.server,
      faults,
      open: async (hash = "", { origin = shared.server, ...options } = {}) => {
        const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options })
        const page = await context.newPage()
        windows.push(page)
        await watch(page, faults)
        await page.goto(`${origin}/${hash}`)
        return page
      }
    })
    await Promise.all(windows.map((page) => page.context().close()))
    expect(faults).toEqual([])
  }
})

/** A test in the browser; skipped where there is none. It fails if the browser reports a fault. */
export const test = shared === undefined ? extended.skip : extended

/** Checks a page with axe, and returns what it found as readable lines. */
export const accessibilityFaults = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }))
  return violations.flatMap(({ help, id, nodes }) =>
    nodes.map(({ failureSummary, html }) => `${id}: ${help}: ${html}: ${failureSummary ?? ""}`)
  )
}

declare global {
  // axe puts itself there
  var axe: typeof axeCore
}
