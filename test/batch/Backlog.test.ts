import { expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Scope } from "effect"
import * as Backlog from "../../src/batch/Backlog.ts"

it.scoped("one client may fill only a part of the backlog, which its own batches free", () =>
  Effect.gen(function*() {
    const backlog = yield* Backlog.make({ most: 10, ofOneClient: 5, each: Duration.seconds(1) })
    const scope = yield* Scope.make()
    const share = yield* Scope.extend(backlog.accept(5, "greedy"), scope)
    expect(yield* Effect.flip(backlog.check(1, "greedy"))).toMatchObject({ what: { name: "batches of one client" } })
    yield* backlog.accept(4, "other")
    expect(yield* Effect.flip(backlog.check(2, "third"))).toMatchObject({ what: { name: "batch" } })
    share.finishOne()
    yield* backlog.check(1, "greedy")
    expect(yield* Effect.flip(backlog.check(2, "greedy"))).toMatchObject({ what: { name: "batches of one client" } })
    yield* Scope.close(scope, Exit.void)
    yield* backlog.check(5, "greedy")
  }))
