import { join } from "node:path"

/** Swagger UI's text, two megabytes that `/docs` is made of. */
const swagger = /\/httpApiSwagger\.js$/

/** Libraries that are imported on their first use: a server that calls no upstream and sends no mail needs neither. */
const libraries = /^(undici|nodemailer)$/

/**
 * Leaves out of the server's bundle what most starts never run, half of its bytes: they become files beside it (`detachedOptions`), read when
 * they are first needed. @type {import("esbuild").Plugin}
 */
export const detach = {
  name: "detach",
  setup: (build) => {
    build.onResolve({ filter: libraries }, ({ path }) => ({ path: `./${path}.cjs`, external: true }))
    // imported at the start
    build.onResolve({ filter: swagger }, ({ path }) => ({ path, namespace: "swagger" }))
    build.onLoad({ filter: /.*/, namespace: "swagger" }, () => ({
      contents: `module.exports = {
        get css() { return require("./swagger.cjs").css },
        get javascript() { return require("./swagger.cjs").javascript }
      }`
    }))
    build.onResolve({ filter: /.*/, namespace: "swagger" }, ({ path }) => ({ path, external: true }))
  }
}

/** What `detach` leaves out. @param {string} modules The folder node_modules. @returns {import("esbuild").BuildOptions} */
export const detachedOptions = (modules) => ({
  entryPoints: {
    swagger: join(modules, "@effect/platform/dist/cjs/internal/httpApiSwagger.js"),
    undici: "undici",
    nodemailer: "nodemailer"
  },
  outExtension: { ".js": ".cjs" }
})
