import { relative } from "node:path"

/** Returns why a file cannot hold a kept test. Vitest runs only some files, and `#src` leads nowhere outside `test`. */
export const refusalOfTest = (file: string): string | undefined =>
  /^test[\\/].+(?<!\.browser)\.test\.ts$/.test(relative("", file))
    ? undefined
    : `--test needs a file below test whose name ends in .test.ts, such as test/kept.test.ts, not ${file}`
