import { describe, expect } from "vitest"
import { testChapters } from "./support/lab.ts"

describe("chapters of the Lab about waiting", () =>
  testChapters([
    ["blocking", "Concurrency reached", ["1", "4", "right: 4 times as many"]],
    ["tasks", "Concurrency reached", ["1", "3", "right: 3 times as many"]],
    ["client?latency=500", "Upstream calls at once", ["1", "4", "right: 4 times as many"]],
    ["parallel?latency=500&tasks=3", "Upstream calls at once", ["1", "3", "right: 3 times as many"]],
    ["timeouts?latency=200&timeout=1900", "Results", ["6 of 6", "4 of 6", ""]],
    ["jobs?latency=1000", "Last answer after", [
      expect.stringMatching(/ s$/),
      expect.anything(),
      expect.stringMatching(/^wrong: /)
    ]]
  ]))
