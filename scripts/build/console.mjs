// Bundles the browser's console into dist/console: its document, and scripts and styles with the hash of their content
// in their names, each beside its compressed forms.
import { build } from "esbuild"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { narrowImports } from "./narrowImports.mjs"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..")
const source = join(root, "src/console")

/** Bundles a file of the repository as its text: `import text from "text:src/handbook.md"`. */
const asText = {
  name: "text",
  /** @param {import("esbuild").PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^text:/ }, ({ path }) => ({ path: path.slice("text:".length), namespace: "text" }))
    build.onLoad({ filter: /.*/, namespace: "text" }, ({ path }) => ({
      contents: readFileSync(join(root, path), "utf8"),
      loader: "text",
      watchFiles: [join(root, path)]
    }))
  }
}

/** Builds without writing, so that no browser finds a half of two builds. @param {string} outdir */
const bundled = (outdir) =>
  build({
    entryPoints: { console: join(source, "main.tsx"), style: join(source, "style.css") },
    outdir,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    sourcemap: true,
    // the sources are at hand for whoever debugs them, and would double what is served
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    metafile: true,
    write: false,
    plugins: [narrowImports, asText]
  })

/** Builds the console. Unchanged files are kept, as their compression takes most of the time. @param {string} dist */
export const bundleConsole = async (dist) => {
  const outdir = join(dist, "console")
  const { metafile, outputFiles } = await bundled(outdir)
  /** @param {string} entry The source file. @returns {string} The name of the file that was made of it. */
  const outputOf = (entry) => {
    const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === `src/console/${entry}`)
    return basename(found?.[0] ?? "")
  }
  const document = readFileSync(join(source, "index.html"), "utf8")
    .replace("{script}", `/console/${outputOf("main.tsx")}`)
    .replace("{style}", `/console/${outputOf("style.css")}`)
  mkdirSync(outdir, { recursive: true })
  const before = new Set(readdirSync(outdir))
  const made = new Set(["index.html"])
  for (const { contents, path } of outputFiles) {
    const name = relative(outdir, path)
    const forms = name.endsWith(".map") ? [name] : [name, `${name}.br`, `${name}.gz`]
    for (const form of forms) made.add(form)
    if (forms.every((form) => before.has(form))) continue
    writeFileSync(path, contents)
    if (forms.length === 1) continue
    writeFileSync(`${path}.br`, brotliCompressSync(contents))
    writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }))
  }
  writeFileSync(join(outdir, "index.html"), document)
  for (const name of before) if (!made.has(name)) rmSync(join(outdir, name))
}
