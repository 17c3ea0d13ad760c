import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { hidden } from "../../scripts/build/youngClosures.mjs"

describe("closures that are assigned to properties", () => {
  it("are hidden from V8, on the same number of lines", () => {
    expect(hidden(`  effect.i1 = () => self;
  effect.i0 = resume => {
    resume(() => {
      return;
    });
  };
  effect.i2 = blockingOn;
  const f = () => self;
`)).toBe(`  effect.i1 = (0, () => self);
  effect.i0 = (0, resume => {
    resume(() => {
      return;
    });
  });
  effect.i2 = blockingOn;
  const f = () => self;
`)
  })

  it("are all found in Effect's cores", () => {
    const effect = dirname(createRequire(import.meta.url).resolve("effect/package.json"))
    for (const name of ["core.js", "core-stream.js"]) {
      const source = readFileSync(join(effect, "dist/esm/internal", name), "utf8")
      expect(hidden(source)).not.toBe(source)
      expect(hidden(source)).not.toMatch(/^ *[\w.]+\.\w+ = (\w+|\([^()]*\)) =>/m)
    }
  })
})
