import { copyFile, mkdir } from "node:fs/promises"
import { join } from "node:path"

const detached = "./swagger.cjs"

/**
 * Swagger UI's text, two megabytes that `/docs` is made of, becomes a file beside the bundle, read when the page is first asked for.
 * @param {string} libraries The folder node_modules. @returns {import("esbuild").Plugin}
 */
export const detachSwagger = (libraries) => ({
  name: "detach Swagger UI",
  setup: (build) => {
    build.onResolve({ filter: /\/httpApiSwagger\.js$/ }, ({ path }) => ({ path, namespace: "swagger" }))
    build.onLoad({ filter: /.*/, namespace: "swagger" }, () => ({
      contents: `module.exports = {
        get css() { return require("${detached}").css },
        get javascript() { return require("${detached}").javascript }
      }`
    }))
    build.onResolve({ filter: /.*/, namespace: "swagger" }, () => ({ path: detached, external: true }))
    build.onEnd(async () => {
      const { outdir = "." } = build.initialOptions
      await mkdir(outdir, { recursive: true })
      await copyFile(join(libraries, "@effect/platform/dist/cjs/internal/httpApiSwagger.js"), join(outdir, detached))
    })
  }
})
