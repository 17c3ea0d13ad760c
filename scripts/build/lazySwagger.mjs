/**
 * Loads the script and the style of the page `/docs` from node_modules when the page is made. Within the bundle they
 * are a string of 1.8 million characters, which costs each start 20 MiB of memory and 30 ms although few open the page.
 * @type {import("esbuild").Plugin}
 */
export const lazySwagger = {
  name: "lazy Swagger UI",
  setup: (build) => {
    build.onLoad({ filter: /[/\\]@effect[/\\]platform[/\\].*[/\\]internal[/\\]httpApiSwagger\.js$/ }, () => ({
      // The library puts both into the page's text, which calls toString. It exports no internal file, so this one is
      // found beside an exported one.
      contents: `
        import { createRequire } from "node:module"
        import { dirname, join } from "node:path"
        const load = createRequire(import.meta.url)
        const library = () => dirname(load.resolve("@effect/platform/HttpApiSwagger"))
        const assets = () => load(join(library(), "internal/httpApiSwagger.js"))
        export const css = { toString: () => assets().css }
        export const javascript = { toString: () => assets().javascript }`
    }))
  }
}
