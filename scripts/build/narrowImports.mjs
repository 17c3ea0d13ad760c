import { readFile } from "node:fs/promises"

/** The functions that the barrel `effect` exports beside its modules; they belong to its module `Function`. */
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
 * Narrows imports from the barrels of Effect's libraries to their modules: `import { Effect } from "effect"` becomes
 * `import * as Effect from "effect/Effect"`. Behind a barrel esbuild keeps whole modules; without it only the used
 * half.
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
