import { describe, expect, it } from "@effect/vitest"
import { narrowed } from "../../scripts/build/narrowImports.mjs"

describe("imports from the barrels of Effect", () => {
  it("become imports of modules and functions, on the same number of lines", () => {
    expect(narrowed(`import {
  Array as Arrays,
  Effect,
  pipe,
  type Scope
} from "effect"
import { SqlClient } from "@effect/sql"
import { Effectful } from "./effect"`)).toBe(
      `import * as Arrays from "effect/Array"; import * as Effect from "effect/Effect"; import { pipe } from "effect/Function"





import * as SqlClient from "@effect/sql/SqlClient"
import { Effectful } from "./effect"`
    )
  })

  it("disappear if they import only types", () => {
    expect(narrowed(`import { type Scope, type Types } from "effect"\nimport type { Cause } from "effect"`))
      .toBe(`\nimport type { Cause } from "effect"`)
  })
})
