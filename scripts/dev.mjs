// Runs the server and starts it anew at each change under src: `npm run dev`.
import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, watch, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { contexts } from "./build.mjs"

/** Milliseconds without a further change after which a change is complete: an editor saves a file in several steps. */
const quiet = 100

/** Milliseconds that a server may take to finish its requests before a reload cuts them off. */
const patience = 2000

/** @typedef {import("esbuild").BuildContext<{ write: false }>} Build One that leaves the writing to its caller. */

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
    // a folder that is removed meanwhile is a change as well
    watchers = [folder, ...folders].map((path) => watch(path, () => resolve()).on("error", () => resolve()))
  })
  return { changed: changed.finally(stop), stop }
}

/** One process at a time. @param {ReadonlyArray<string>} command */
const supervise = ([program = "node", ...args]) => {
  /** @type {{ child: import("node:child_process").ChildProcess, ended: Promise<void>, isToEnd: boolean } | undefined} */
  let running

  const start = () => {
    const child = spawn(program, args, { stdio: "inherit" })
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

  /** Asks it to stop, or to hurry; ends with it. */
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
 * Builds and runs a program until a signal, and again at each change: as it was, where the build fails.
 * @param {{ folder: string, builds: ReadonlyArray<Build>, command: ReadonlyArray<string> }} options
 */
export const develop = async ({ builds, command, folder }) => {
  const server = supervise(command)
  /** Writes all files or none: the running server still loads some. Where it is none, esbuild has said why. */
  const isBuilt = async () => {
    const results = await Promise.allSettled(builds.map((build) => build.rebuild()))
    const built = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.outputFiles] : []))
    if (built.length < results.length) return false
    for (const { contents, path } of built.flat()) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, contents)
    }
    return true
  }

  let isStopping = false
  const onSignal = async () => {
    isStopping = true
    // the terminal's Ctrl-C reaches the server as well, which takes both for one
    await server.stop()
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal)

  for (;;) {
    const next = nextChange(folder)
    const built = await isBuilt()
    if (built) {
      await server.stopSoon()
      // a signal came meanwhile, which exits
      if (isStopping) return next.stop()
      server.start()
    } else {
      say("the build failed; the next change builds again")
    }
    await next.changed
    // further changes until nothing changes for a moment belong to this one
    for (let more = true; more;) {
      const further = nextChange(folder)
      more = await Promise.race([further.changed.then(() => true), setTimeout(quiet, false)])
      further.stop()
    }
  }
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await develop({
    folder: join(root, "src"),
    builds: await contexts(["main"]),
    command: [process.execPath, "--enable-source-maps", join(root, "dist/main.js")]
  })
}
