/**
 * Takes better-sqlite3 into the bundle, but for its native part: otherwise a start finds, reads and compiles a dozen of its files.
 * @type {import("esbuild").Plugin}
 */
export const bundleSqlite = {
  name: "bundle better-sqlite3",
  setup: (build) => {
    // its way to find that part begins at the file that asks
    build.onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, namespace: "native" }))
    build.onLoad({ filter: /.*/, namespace: "native" }, () => ({
      contents: `module.exports = (name) => require("better-sqlite3/build/Release/" + name)`
    }))
  }
}
