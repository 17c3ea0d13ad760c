import { spawn } from "node:child_process"
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { chromium } from "playwright-core"
import type { TestProject } from "vitest/node"

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

/** Starts the built server on a free port, and returns its origin once it listens. */
const startServer = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "barista-console-"))
  const child = spawn(process.execPath, ["dist/main.js"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], DATA_DIR: dataDir, PORT: "0" }
  })
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()))
  const origin = await new Promise<string>((resolve, reject) => {
    let said = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text
      const [, found] = /listening on (http:\/\/[\d.]+:\d+)/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once("close", () => reject(new Error(`the server has ended: ${said}`)))
  })
  const stop = async () => {
    child.kill("SIGTERM")
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { origin, stop }
}

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
