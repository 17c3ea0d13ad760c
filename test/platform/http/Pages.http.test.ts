import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

/** The bound on pages, above those of any list here, so that an endless list fails. */
const mostPages = 10

/** Follows a list's links; returns the ids of each page. */
const pagesOf = (path: string) =>
  Effect.gen(function*() {
    const { send } = yield* TestServer
    const pages: Array<ReadonlyArray<number>> = []
    let next: string | undefined = path
    while (next !== undefined && pages.length < mostPages) {
      const answer: Answer = yield* send("GET", next)
      const rows: ReadonlyArray<{ readonly id: number }> = JSON.parse(answer.text)
      pages.push(rows.map(({ id }) => id))
      next = /^<([^>]+)>; rel="next"/.exec(String(answer.headers["link"]))?.[1]
    }
    return pages
  })

layer(TestServer.layer(), live)("a list by pages", (it) => {
  it.effect("contains each row once, and no page after the last row", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      for (const amount of [1, 2, 3]) yield* send("POST", `/accounts/1/deposits?amount=${amount}`)
      const lists: ReadonlyArray<readonly [string, ReadonlyArray<ReadonlyArray<number>>]> = [
        ["/users/?limit=1", [[1], [2], [3]]],
        ["/users/?limit=2", [[1, 2], [3]]],
        ["/users/?limit=3", [[1, 2, 3]]],
        ["/users/?limit=1000", [[1, 2, 3]]],
        ["/users/?after=3", [[]]],
        ["/users/1/posts?limit=1", [[1], [2]]],
        ["/users/1/posts?limit=2", [[1, 2]]],
        ["/users/1/posts?after=1", [[2]]],
        ["/users/3/posts", [[]]]
      ]
      for (const [path, pages] of lists) expect([path, yield* pagesOf(path)]).toEqual([path, pages])
      const [all = []] = yield* pagesOf("/accounts/1/entries")
      expect(all).toHaveLength(4)
      expect(all).toEqual(all.toSorted((one, other) => other - one))
      expect(yield* pagesOf("/accounts/1/entries?limit=1")).toEqual(all.map((id) => [id]))
      expect(yield* pagesOf("/accounts/1/entries?limit=2")).toEqual([all.slice(0, 2), all.slice(2)])
      expect(yield* pagesOf(`/accounts/1/entries?after=${all[1]}`)).toEqual([all.slice(2)])
    }))
})

layer(TestServer.layer(), live)("a balance", (it) => {
  it.effect("may be spent to the last cent, and no further", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const transfer = (amount: string) => send("POST", `/transfer-money/?from_user=2&to_user=3&amount=${amount}`)
      expect((yield* transfer("50.01")).status).toBe(409)
      expect((yield* transfer("50.00")).status).toBe(200)
      expect(json(yield* send("GET", "/accounts/2"))["balance"]).toBe("0.00")
      expect((yield* transfer("0.01")).status).toBe(409)
    }))
})
