import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Server {
  readonly origin: string
  readonly pid: number
  /** Ends it by SIGKILL, so that it can do nothing more; its data stay until `stop`. */
  readonly kill: () => Promise<void>
  /** Stops it and forgets its data; may be called twice. */
  readonly stop: () => Promise<void>
}

/** Starts the built server, on a free port unless the settings name one, and waits until it listens. */
export const startServer = async (settings: Readonly<Record<string, string>> = {}): Promise<Server> => {
  const dataDir = mkdtempSync(join(tmpdir(), "barista-console-"))
  const child = spawn(process.execPath, ["dist/main.js"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], DATA_DIR: dataDir, PORT: "0", ...settings }
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
  const kill = async () => {
    child.kill("SIGKILL")
    await ended
  }
  return { origin, pid: child.pid ?? 0, kill, stop }
}
