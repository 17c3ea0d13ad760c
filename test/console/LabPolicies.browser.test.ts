import { describe } from "vitest"
import { testChapters } from "./support/lab.ts"

describe("chapters of the Lab about policies and data", () =>
  testChapters([
    ["retry", "Upstream calls", ["3", "9", "right: 3 times as many"]],
    ["semaphore?work=5&disk=50", "Results", ["4 of 12", "12 of 12", ""]],
    ["transfer?latency=500&tasks=3", "Upstream calls at once", ["1", "3", "right: 3 times as many"]],
    ["cpu?work=20", "Concurrency reached", ["1", "2", "right: 2 times as many"]],
    ["errors", "Results", ["0 of 6", "4 of 6", ""], ["UpstreamFailed", "ended"]]
  ]))
