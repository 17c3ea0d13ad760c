// Bundles the server, the worker threads and the script entries with esbuild.
// `node scripts/build.mjs [--no-code-cache] [entry...]`, entries by output name (main, demo, bench/stop, ...), or all of a folder
// (bench/contenders/); none means all.
import { build, context } from "esbuild"
import { spawnSync } from "node:child_process"
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { bundleSqlite } from "./build/bundleSqlite.mjs"
import { detach, detachedOptions } from "./build/detach.mjs"
import { narrowImports } from "./build/narrowImports.mjs"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const dist = resolve(root, "dist")

/** @param {string} folder @param {string} suffix */
const filesIn = (folder, suffix) =>
  readdirSync(resolve(root, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(suffix))
    .map((name) => resolve(root, folder, name))

/** Output name -> source file. Worker threads are separate entries: a thread is started from a file. */
const entries = () => ({
  main: resolve(root, "src/launch.ts"),
  ...Object.fromEntries(filesIn("src", ".worker.ts").map((file) => [`workers/${basename(file, ".worker.ts")}`, file])),
  ...Object.fromEntries(
    // a demo is a part of demo.ts, not a program of its own
    filesIn("scripts", ".ts").filter((file) => !file.includes("/demos/")).map((
      file
    ) => [relative(resolve(root, "scripts"), file).replace(/\.ts$/, ""), file])
  )
})

/** @param {ReadonlyArray<string>} names @returns {import("esbuild").BuildOptions} */
export const options = (names) => {
  const all = entries()
  /** @param {string} entry */
  const isChosen = (entry) =>
    entry.startsWith("workers/") || names.some((name) => (name.endsWith("/") ? entry.startsWith(name) : entry === name))
  const chosen = names.length === 0 ? all : Object.fromEntries(Object.entries(all).filter(([entry]) => isChosen(entry)))
  return {
    entryPoints: chosen,
    outdir: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    // node loads it sooner than a module of ECMAScript
    format: "cjs",
    // code out of V8's cache can import nothing
    supported: { "dynamic-import": false },
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
    // native or loaded from a file beside it: resolved at run time from node_modules
    external: ["better-sqlite3", "fastify", "autocannon"],
    plugins: [narrowImports],
    define: { "import.meta.url": "__url" },
    banner: { js: "\"use strict\"; const __url = require(\"node:url\").pathToFileURL(__filename).href;" }
  }
}

/** The server, which launch.ts runs: dist/main.cjs. @returns {import("esbuild").BuildOptions} */
const serverOptions = () => ({
  ...options(["main"]),
  entryPoints: { main: resolve(root, "src/main.ts") },
  outExtension: { ".js": ".cjs" },
  external: [],
  plugins: [narrowImports, detach, bundleSqlite]
})

/** @param {ReadonlyArray<string>} names */
const withMain = (names) => names.length === 0 || names.includes("main")

/** Beside it the product's package.json says that its files are modules of ECMAScript, as the sources are. */
const sayFormat = () => writeFileSync(join(dist, "package.json"), JSON.stringify({ type: "commonjs" }))

/** What V8 had compiled of another bundle must not stay: V8 takes it for this one's where both are of one length. */
const removeCodeCache = () => rmSync(join(dist, "main.cache"), { force: true })

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" ? address?.port ?? 0 : 0
      server.close(() => resolve(port))
    })
  })

/** Without it the server is as good, and starts more slowly: what went wrong is said, and the build goes on. */
const makeCodeCache = async () => {
  const folder = mkdtempSync(join(tmpdir(), "barista-build-"))
  const port = String(await freePort())
  spawnSync(process.execPath, [resolve(root, "scripts/build/codeCache.mjs"), dist, port], {
    env: { DATA_DIR: folder, PORT: port, LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 30_000
  })
  rmSync(folder, { recursive: true, force: true })
}

/** What the server loads on its first use. @returns {import("esbuild").BuildOptions} */
const laterOptions = () => ({ ...options(["main"]), ...detachedOptions(resolve(root, "node_modules")) })

/** @param {ReadonlyArray<string>} names */
const bundles = (names) => withMain(names) ? [options(names), serverOptions(), laterOptions()] : [options(names)]

/** Stops with one line where the user may not write a file of the build: esbuild would print a stack. */
const checkWritable = () => {
  try {
    mkdirSync(dist, { recursive: true })
    for (const path of [".", ...readdirSync(dist, { recursive: true })]) {
      accessSync(join(dist, String(path)), constants.W_OK)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `cannot build: ${reason}; run \`npm run build\` as the checkout's owner, then \`node dist/main.js\` as any user\n`
    )
    process.exit(1)
  }
}

/** @param {ReadonlyArray<string>} names */
const prepare = (names) => {
  checkWritable()
  sayFormat()
  if (withMain(names)) removeCodeCache()
}

/** Builds entries into dist, but for the code cache. @param {ReadonlyArray<string>} names */
export const bundle = async (names) => {
  prepare(names)
  await Promise.all(bundles(names).map((options) => build(options)))
}

/** Prepares builds of the same that write nothing by themselves, and keep what has not changed. @param {ReadonlyArray<string>} names */
export const contexts = (names) => {
  prepare(names)
  return Promise.all(bundles(names).map((options) => context({ ...options, write: false })))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
  await bundle(names)
  if (withMain(names) && !process.argv.includes("--no-code-cache")) await makeCodeCache()
}
