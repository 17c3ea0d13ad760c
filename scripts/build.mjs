// Bundles the server, the worker threads and the script entries with esbuild.
// `node scripts/build.mjs [--watch] [entry...]`, entries by output name (main, demo, bench/stop, ...), or all of a folder (bench/contenders/); none
// means all.
import { build, context } from "esbuild"
import { readdirSync } from "node:fs"
import { basename, dirname, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")

/** @param {string} folder @param {string} suffix */
const filesIn = (folder, suffix) =>
  readdirSync(resolve(root, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(suffix))
    .map((name) => resolve(root, folder, name))

/** Output name -> source file. Worker threads are separate entries: a thread is started from a file. */
export const entries = () => ({
  main: resolve(root, "src/main.ts"),
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
    outdir: resolve(root, "dist"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    splitting: false,
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
    // native or loaded from a file beside it: resolved at run time from node_modules
    external: ["better-sqlite3", "fastify", "autocannon"],
    banner: {
      js:
        "import { createRequire as __createRequire } from \"node:module\"; const require = __createRequire(import.meta.url);"
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
  if (process.argv.includes("--watch")) {
    await (await context(options(names))).watch()
  } else {
    await build(options(names))
  }
}
