import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { chromium } from "playwright-core"
import type { TestProject } from "vitest/node"
import { startServer } from "./server.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** Addresses of the browser that the tests share, and of the server that it shows; undefined without a browser. */
    readonly browser: { readonly endpoint: string; readonly server: string } | undefined
  }
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Finds a browser on the PATH, by the names of Debian and of others. */
const installed = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find(isExecutable)

/** Starts one browser and one server for all browser tests, and says loudly if there is no browser. */
export default async (project: TestProject) => {
  if (installed === undefined) {
    process.stderr.write("\nNOT RUN: the tests of the console in a browser, as no chromium is on the PATH.\n\n")
    return project.provide("browser", undefined)
  }
  const [server, browser] = await Promise.all([
    startServer(),
    // a container's root has no sandbox
    chromium.launchServer({ executablePath: installed, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] })
  ])
  project.provide("browser", { endpoint: browser.wsEndpoint(), server: server.origin })
  return () => Promise.all([browser.close(), server.stop()])
}
