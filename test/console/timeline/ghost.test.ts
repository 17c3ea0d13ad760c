import { expect, it } from "@effect/vitest"
import { ghostsOf } from "../../../src/console/timeline/ghost.ts"
import { Track } from "../../../src/console/timeline/Track.ts"
import { fiber, recording } from "../support/recordings.ts"

it("fibers have the ghosts of their places: parent, name, and order of start; numbers do not count", () => {
  const named = (id: number, parent: number | null, from: number, name: string) => fiber(id, parent, from, 12, name)
  const predicted = recording({
    fibers: [
      named(1, null, 0, "run"),
      named(2, 1, 0, "#2"),
      named(3, 2, 1, "call"),
      named(4, 2, 2, "call"),
      named(5, 1, 3, "call")
    ]
  })
  const track = new Track(
    1,
    recording({
      fibers: [
        named(71, null, 0, "run"),
        named(72, 71, 4, "#72"),
        // the insides of a client, which no prediction has
        named(73, 72, 5, "#73"),
        named(75, 72, 9, "call"),
        named(74, 72, 6, "call"),
        named(76, 72, 10, "call"),
        named(77, 71, 11, "call")
      ]
    })
  )
  expect(ghostsOf(track, predicted).map(([key, ghost]) => [key, ghost.fiber.id])).toEqual([
    ["1:71", 1],
    ["1:72", 2],
    ["1:75", 4],
    ["1:74", 3],
    ["1:77", 5]
  ])
})
