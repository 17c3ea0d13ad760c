import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const distAbove = (folder: string): string | undefined => {
  if (basename(folder) === "dist") return folder
  return dirname(folder) === folder ? undefined : distAbove(dirname(folder))
}

/**
 * The built file of a worker thread, `dist/workers/<name>.js`. A thread is always started from built JavaScript, as loaders of
 * TypeScript do not reach threads. `from` is the module that asks: a bundle somewhere under `dist`, or this source file when tests run it.
 */
export const workerFile = (name: string, from: string = import.meta.url): string => {
  const folder = dirname(fileURLToPath(from))
  const dist = from.endsWith(".ts") ? join(folder, "../../../dist") : distAbove(folder) ?? folder
  return join(dist, "workers", `${name}.js`)
}
