// dist/main.js: runs the bundle of main.ts, by what V8 had compiled of it when it was built (scripts/build/codeCache.mjs): that halves the
// time of a start. What is of another bundle is not taken, V8 refuses what another version of it has compiled, and then it compiles as ever.
import { readFileSync } from "node:fs"
import Module, { createRequire } from "node:module"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { Script } from "node:vm"
import { codeCacheOf } from "./codeCache.ts"

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const bundle = file("main.cjs")
const cache = file("main.cache")
const require = createRequire(import.meta.url)

/** None where there is no such file, or none that can be read: it only makes the start quicker. */
const readCache = (): Buffer | undefined => {
  try {
    return readFileSync(cache)
  } catch {
    return undefined
  }
}

/** What node would do for `require(bundle)`, with that cache; answers what makes the cache. */
const launch = () => {
  const text = readFileSync(bundle)
  const codeCache = codeCacheOf(text)
  const sealed = readCache()
  const cachedData = sealed && codeCache.open(sealed)
  // as UTF-16, the text would be read slowly and take twice the memory; the bundle is ASCII
  const script = new Script(Module.wrap(text.toString("latin1")), {
    filename: bundle,
    ...(cachedData === undefined ? {} : { cachedData })
  })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, bundle, dirname(bundle))
  return () => codeCache.seal(script.createCachedData())
}

/** None where stacks are to name the sources: node reads source maps only of what it loads itself. */
export const makeCodeCache: (() => Buffer) | undefined = process.sourceMapsEnabled ? require(bundle) : launch()
