import { expect, it } from "vitest"
import { counted } from "../../src/domain/counted.ts"

it("a noun is plural from 2 on in French, and for all but 1 in English", () => {
  const words = [0, 1, 1.5, 2].map((count) => counted(count, "activité", ["activity", "activities"]))
  expect(words.map(({ fr }) => fr)).toEqual(["0 activité", "1 activité", "1.5 activité", "2 activités"])
  expect(words.map(({ en }) => en)).toEqual(["0 activities", "1 activity", "1.5 activities", "2 activities"])
  expect(counted(8, "place", "place", "2-8")).toEqual({ fr: "2-8 places", en: "2-8 places" })
})
