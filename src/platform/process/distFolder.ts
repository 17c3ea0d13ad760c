import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const distAbove = (folder: string): string | undefined => {
  if (basename(folder) === "dist") return folder
  return dirname(folder) === folder ? undefined : distAbove(dirname(folder))
}

/**
 * Returns the folder of everything that is built. `from` is the calling module: a bundle under `dist`, or this source
 * file in tests.
 */
export const distFolder = (from: string = import.meta.url): string => {
  const folder = dirname(fileURLToPath(from))
  return from.endsWith(".ts") ? join(folder, "../../../dist") : distAbove(folder) ?? folder
}
