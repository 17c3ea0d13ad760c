import { readFile } from "node:fs/promises"

const assigned = /^( *)([\w.]+\.\w+ = )((?:\w+|\([^()]*\)) => (?:\{\n[^]*?\n\1\}|[^\n]*[^\n{]));$/gm

/**
 * Hides from V8 that a closure is assigned to a property: `a.b = () => c` becomes `a.b = (0, () => c)`.
 * @param {string} source Of JavaScript. @returns {string} With as many lines, for the source maps.
 */
export const hidden = (source) => source.replace(assigned, "$1$2(0, $3);")

/**
 * Lets the closures of Effect's operations die young. V8 allocates a function literal that is assigned to a property in
 * the old space, as it takes the property for a method. Effect's cores make such closures for each mask of interruption
 * and each wait, and these closures refer to the fiber's request. A scavenge does not see that an old closure is dead,
 * so the request survived too: with every request recorded, 7 KB of each were moved to the old space.
 * @type {import("esbuild").Plugin}
 */
export const youngClosures = {
  name: "young closures",
  setup: (build) => {
    build.onLoad(
      { filter: /[/\\]effect[/\\]dist[/\\]esm[/\\]internal[/\\]core(-stream)?\.js$/ },
      async ({ path }) => ({ contents: hidden(await readFile(path, "utf8")) })
    )
  }
}
