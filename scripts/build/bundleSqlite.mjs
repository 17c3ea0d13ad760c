/**
 * Bundles better-sqlite3 except its native part; a start would otherwise find, read and compile a dozen files.
 * @type {import("esbuild").Plugin}
 */
export const bundleSqlite = {
  name: "bundle better-sqlite3",
  setup: (build) => {
    // `bindings` looks for the native part from the importing file
    build.onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, namespace: "native" }))
    build.onLoad({ filter: /.*/, namespace: "native" }, () => ({
      contents: `module.exports = (name) => require("better-sqlite3/build/Release/" + name)`
    }))
  }
}
