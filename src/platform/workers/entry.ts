import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const distAbove = (folder: string): string | undefined => {
  if (basename(folder) === "dist") return folder
  return dirname(folder) === folder ? undefined : distAbove(dirname(folder))
}

/**
 * Returns the built file of a worker thread, `dist/workers/<name>.js`. Threads always run built JavaScript, because
 * TypeScript loaders do not apply to threads. `from` is the calling module: a bundle under `dist`, or this source file
 * in tests.
 */
export const workerFile = (name: string, from: string = import.meta.url): string => {
  const folder = dirname(fileURLToPath(from))
  const dist = from.endsWith(".ts") ? join(folder, "../../../dist") : distAbove(folder) ?? folder
  return join(dist, "workers", `${name}.js`)
}
