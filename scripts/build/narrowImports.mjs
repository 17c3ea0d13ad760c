import { readFile } from "node:fs/promises"

/** What the barrel `effect` exports that is no module: functions of its module `Function`. */
const functions = new Set(["absurd", "flow", "hole", "identity", "pipe", "unsafeCoerce"])

const declaration = /^import \{([^}]*)\} from "(effect|@effect\/[\w-]+)"/gm

/** @param {string} names @param {string} library */
const narrow = (names, library) =>
  names.split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type ")).map((name) => {
    const [module = name, local = module] = name.split(" as ")
    return functions.has(module)
      ? `import { ${name} } from "effect/Function"`
      : `import * as ${local} from "${library}/${module}"`
  }).join("; ")

/**
 * Imports from the barrels of Effect's libraries become imports of their modules: `import { Effect } from "effect"` is
 * `import * as Effect from "effect/Effect"`. Behind a barrel esbuild keeps all of a module, otherwise only what of it is used, which is half.
 * @param {string} source Of TypeScript. @returns {string} With as many lines, for the source maps.
 */
export const narrowed = (source) =>
  source.replace(declaration, (text, names, library) => narrow(names, library) + text.replace(/[^\n]/g, ""))

/** @type {import("esbuild").Plugin} */
export const narrowImports = {
  name: "narrow imports",
  setup: (build) => {
    build.onLoad(
      { filter: /[/\\](?:src|scripts)[/\\].*\.ts$/ },
      async ({ path }) =>
        path.includes("node_modules") ? undefined : { contents: narrowed(await readFile(path, "utf8")), loader: "ts" }
    )
  }
}
