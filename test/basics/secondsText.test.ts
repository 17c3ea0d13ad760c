import { describe, expect, it } from "@effect/vitest"
import { Duration } from "effect"
import { secondsText } from "../../src/basics/secondsText.ts"

describe("secondsText", () => {
  it.each(
    [
      ["3 seconds", "3 secondes", "3 seconds"],
      ["2 seconds", "2 secondes", "2 seconds"],
      ["1 second", "1 seconde", "1 second"],
      ["1500 millis", "1,5 seconde", "1.5 seconds"],
      ["300 millis", "0,3 seconde", "0.3 seconds"],
      ["0 seconds", "0 seconde", "0 seconds"]
    ] as const
  )("%s", (duration, fr, en) => {
    expect(secondsText(Duration.decode(duration))).toEqual({ fr, en })
  })
})
