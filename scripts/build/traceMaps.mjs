import { decode, encode } from "@jridgewell/sourcemap-codec"

/** @param {string} source Path of a file. */
const isOurs = (source) => !/(^|\/)node_modules\//.test(source)

/**
 * Reduces a source map to what a stack trace shows: the line, in a file of ours. A segment is kept where the source's
 * line changes, and one without a source where code of a library begins.
 * @param {string} mappings @param {ReadonlyArray<string>} sources @returns {string}
 */
export const reduced = (mappings, sources) => {
  const ours = new Set(sources.flatMap((source, index) => (isOurs(source) ? [index] : [])))
  let isMapped = false
  return encode(
    decode(mappings).map((line) => {
      /** @type {import("@jridgewell/sourcemap-codec").SourceMapSegment[]} */
      const kept = []
      let lineBefore = -1
      for (const segment of line) {
        const [column, source = -1, sourceLine = -1, sourceColumn = 0] = segment
        if (!ours.has(source)) {
          if (isMapped) kept.push([column])
          isMapped = false
          lineBefore = -1
        } else if (sourceLine !== lineBefore) {
          kept.push([column, source, sourceLine, sourceColumn])
          isMapped = true
          lineBefore = sourceLine
        }
      }
      return kept
    })
  )
}

/**
 * Reduces the source maps of the bundles. Node parses the whole map at the first stack that somebody looks at, and
 * Effect looks at one while it is loaded: the full map cost each start 45 MiB of memory and a sixth of its time.
 * @type {import("esbuild").Plugin}
 */
export const traceMaps = {
  name: "maps for stack traces",
  setup: (build) => {
    build.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles) {
        if (!file.path.endsWith(".map")) continue
        const map = JSON.parse(file.text)
        file.contents = Buffer.from(JSON.stringify({ ...map, names: [], mappings: reduced(map.mappings, map.sources) }))
      }
    })
  }
}
