import { build } from "esbuild"
import { entries, options } from "../../scripts/build.mjs"

/** Worker threads are started from built JavaScript, so the bundles are made once before the tests. */
export default async () => {
  await build(options(Object.keys(entries()).filter((name) => name === "main" || name.startsWith("workers/"))))
}
