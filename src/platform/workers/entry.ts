import { join } from "node:path"
import { distFolder } from "../process/distFolder.ts"

/**
 * Returns the built file of a worker thread, `dist/workers/<name>.js`. Threads always run built JavaScript, because
 * TypeScript loaders do not apply to threads.
 */
export const workerFile = (name: string, from?: string): string => join(distFolder(from), "workers", `${name}.js`)
