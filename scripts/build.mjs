// Bundles the server, the worker threads, the script entries and the browser's console with esbuild.
// `node scripts/build.mjs [entry...]` takes entries by output name (main, console, demo, soak/stop, ...), or a whole
// folder (bench/contenders/). Without arguments it builds all of them.
import { build, context } from "esbuild"
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { bundleConsole } from "./build/console.mjs"
import { lazySwagger } from "./build/lazySwagger.mjs"
import { narrowImports } from "./build/narrowImports.mjs"
import { traceMaps } from "./build/traceMaps.mjs"
import { youngClosures } from "./build/youngClosures.mjs"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const dist = resolve(root, "dist")

/** @param {string} folder @param {string} suffix */
const filesIn = (folder, suffix) =>
  readdirSync(resolve(root, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(suffix))
    .map((name) => resolve(root, folder, name))

/** Maps output names to source files. Worker threads are separate entries, as a thread starts from a file. */
const entries = () => ({
  main: resolve(root, "src/main.ts"),
  ...Object.fromEntries(filesIn("src", ".worker.ts").map((file) => [`workers/${basename(file, ".worker.ts")}`, file])),
  ...Object.fromEntries(
    // a demo is a part of demo.ts, not a program of its own
    filesIn("scripts", ".ts").filter((file) => !file.includes("/demos/")).map((
      file
    ) => [relative(resolve(root, "scripts"), file).replace(/\.ts$/, ""), file])
  )
})

/** @param {ReadonlyArray<string>} names @returns {import("esbuild").BuildOptions & { write: false }} */
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
    // Node loads CommonJS faster than ECMAScript modules
    format: "cjs",
    sourcemap: true,
    // a server holds its map in memory from the start, and traces need no texts
    sourcesContent: false,
    // plugins change the maps first
    write: false,
    legalComments: "none",
    logLevel: "warning",
    // loaded from node_modules at run time: a native part, a loader of files beside it, and clients that many starts
    // never use
    external: ["better-sqlite3", "fastify", "nodemailer", "@effect/platform-node/Undici", "pg"],
    plugins: [narrowImports, lazySwagger, youngClosures, traceMaps],
    define: { "import.meta.url": "__url" },
    banner: { js: "\"use strict\"; const __url = require(\"node:url\").pathToFileURL(__filename).href;" }
  }
}

/** Declares the bundles CommonJS, as the product's package.json would declare them ECMAScript modules. */
const sayFormat = () => writeFileSync(join(dist, "package.json"), JSON.stringify({ type: "commonjs" }))

/** Stops with one line if the user may not write a file of the build, where esbuild would print a stack. */
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

const prepare = () => {
  checkWritable()
  sayFormat()
}

/**
 * Writes what was built, but no file that is there already: a running program may load it at this moment.
 * @param {ReadonlyArray<import("esbuild").OutputFile>} files
 */
export const write = (files) => {
  for (const { contents, path } of files) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
}

/** Builds entries into dist. @param {ReadonlyArray<string>} names */
export const bundle = async (names) => {
  prepare()
  const withConsole = names.length === 0 || names.includes("console")
  const [{ outputFiles }] = await Promise.all([build(options(names)), withConsole ? bundleConsole(dist) : undefined])
  write(outputFiles)
}

/**
 * Prepares a build that can be repeated, keeps unchanged parts and writes nothing. @param {ReadonlyArray<string>} names
 */
export const repeatable = (names) => {
  prepare()
  return context(options(names))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle(process.argv.slice(2))
}
