import { describe, expect, it } from "@effect/vitest"
import { FastCheck, Option } from "effect"
import { attachment, parseFormPart } from "../../../src/platform/files/ContentDisposition.ts"

const name = FastCheck.fullUnicodeString({ minLength: 1, maxLength: 100 }).filter((text) => !/[\0\r\n]/.test(text))

const latin1 = (text: string) => Buffer.from(text).toString("latin1")

describe("attachment", () => {
  it("keeps a plain name readable for old clients and gives the exact name to the others", () => {
    expect(attachment("cœur ☕ \"x\".txt")).toBe(
      "attachment; filename=\"c_ur _ _x_.txt\"; filename*=UTF-8''c%C5%93ur%20%E2%98%95%20%22x%22.txt"
    )
  })

  it.prop("holds any name in printable ASCII, from which it can be read back", [name], ([filename]) => {
    const header = attachment(filename)
    expect(header).toMatch(/^attachment; filename="[^"\\]*"; filename\*=UTF-8''[!-~]*$/)
    const parsed = parseFormPart(header.replace("attachment", "form-data; name=file"))
    expect(Option.getOrThrow(parsed)).toMatchObject({ filename })
  })
})

describe("parseFormPart", () => {
  it.prop("reads any quoted name back unchanged", [name, name], ([field, filename]) => {
    const quoted = (text: string) => latin1(`"${text.replace(/[\\"]/g, "\\$&")}"`)
    expect(Option.getOrThrow(parseFormPart(`form-data; name=${quoted(field)}; filename=${quoted(filename)}`)))
      .toMatchObject({
        name: field,
        filename
      })
  })
})
