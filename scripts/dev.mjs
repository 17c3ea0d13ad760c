// `npm run dev` runs the server and restarts it at each change under src.
import { spawn } from "node:child_process"
import { readdirSync, watch } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { repeatable, write } from "./build.mjs"
import { bundleConsole } from "./build/console.mjs"

/** Milliseconds without a further change after which a change is complete, as editors save a file in several steps. */
const quiet = 100

/** Milliseconds for a server to finish its requests before a reload cuts them off. */
const patience = 2000

/**
 * @typedef {Pick<import("esbuild").BuildContext<{ write: false }>, "rebuild">} Build A build whose files the caller
 *   writes.
 */

/** @param {string} text */
const say = (text) => void process.stderr.write(`dev: ${text}\n`)

/** Ends at the first change in a folder or below. @param {string} folder */
const nextChange = (folder) => {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
  const folders = below.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
  /** @type {ReadonlyArray<import("node:fs").FSWatcher>} */
  let watchers = []
  const stop = () => {
    for (const watcher of watchers) watcher.close()
  }
  /** @type {Promise<void>} */
  const changed = new Promise((resolve) => {
    // a folder that is removed meanwhile is a change too
    watchers = [folder, ...folders].map((path) => watch(path, () => resolve()).on("error", () => resolve()))
  })
  return { changed: changed.finally(stop), stop }
}

/** Runs one process at a time. @param {ReadonlyArray<string>} command */
const supervise = ([program = "node", ...args]) => {
  /**
   * @typedef {import("node:child_process").ChildProcess} ChildProcess
   * @type {{ child: ChildProcess, ended: Promise<void>, isToEnd: boolean } | undefined}
   */
  let running

  const start = () => {
    const child = spawn(program, args, {
      stdio: "inherit",
      env: { TIMELINE_CHECK: "on", ...process.env }
    })
    /** @type {Promise<void>} */
    const ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        if (running?.isToEnd === false) say(`the server has ended (${signal ?? code}); the next change starts it again`)
        running = undefined
        resolve()
      })
    })
    running = { child, ended, isToEnd: false }
  }

  /** Asks the process to stop, or at a second call to hurry; ends with the process. */
  const stop = async () => {
    if (running === undefined) return
    running.isToEnd = true
    running.child.kill("SIGTERM")
    await running.ended
  }

  const stopSoon = async () => {
    const stopped = stop()
    const ended = new AbortController()
    setTimeout(patience, undefined, { signal: ended.signal }).then(stop, () => undefined)
    await stopped
    ended.abort()
  }

  return { start, stop, stopSoon }
}

/**
 * Builds and runs a program until a signal, and again at each change. If the build fails, the old program runs on.
 * @param {{ folder: string, build: Build, command: ReadonlyArray<string> }} options
 */
export const develop = async ({ build, command, folder }) => {
  const server = supervise(command)
  /** Writes all files or none, as the running server still loads some. If none, esbuild has printed the reason. */
  const isBuilt = async () => {
    const built = await build.rebuild().catch(() => undefined)
    if (built === undefined) return false
    write(built.outputFiles)
    return true
  }

  let isStopping = false
  const onSignal = async () => {
    isStopping = true
    // the terminal's Ctrl-C reaches the server too, which takes both signals for one
    await server.stop()
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal)

  for (;;) {
    const next = nextChange(folder)
    const built = await isBuilt()
    if (built) {
      await server.stopSoon()
      // a signal came meanwhile, and its handler exits
      if (isStopping) return next.stop()
      server.start()
    } else {
      say("the build failed; the next change builds again")
    }
    await next.changed
    // further changes belong to this one until nothing changes for a moment
    for (let more = true; more;) {
      const further = nextChange(folder)
      more = await Promise.race([further.changed.then(() => true), setTimeout(quiet, false)])
      further.stop()
    }
  }
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await repeatable(["main"])
  await develop({
    folder: join(root, "src"),
    build: { rebuild: () => bundleConsole(join(root, "dist")).then(() => server.rebuild()) },
    command: [process.execPath, "--enable-source-maps", join(root, "dist/main.js")]
  })
}
