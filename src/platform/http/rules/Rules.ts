import type { HttpApi, HttpApiGroup } from "@effect/platform"
import { Effect } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type { Problem } from "../../../domain/Problem.ts"
import { InputMemory } from "../../lifecycle/InputMemory.ts"
import { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import type { Answer } from "../exchange/Answer.ts"
import type { Work } from "../exchange/App.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { type AtMostOnce, atMostOnce } from "../idempotency/atMostOnce.ts"
import * as Operations from "../operation/Operations.ts"
import { admission, type Pages } from "./Admission.ts"
import { type Failures, failures } from "./Failures.ts"
import { type OperationSpans, operationSpans } from "./OperationSpan.ts"
import { unmatched } from "./Unmatched.ts"

/** The contract, its handlers and the rules of this server, the same for both adapters. */
export interface Rules {
  readonly operations: Operations.Operations
  /** Returns the problem of a request that is rejected before routing. */
  readonly refused: (exchange: Exchange) => Problem | undefined
  /** Answers a request that matches no operation. */
  readonly unmatched: (exchange: Exchange) => Answer | Work
  readonly failures: Failures
  readonly spans: OperationSpans
  readonly atMostOnce: AtMostOnce
}

export const make = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Operations.AnyHandlers,
    pages: Pages
  ) {
    const config = yield* AppConfig
    const operations = Operations.make(api, handlers, { ...config, memory: yield* InputMemory })
    const told = yield* failures
    const rules: Rules = {
      operations,
      refused: admission(config, yield* Lifecycle, pages),
      unmatched: unmatched(operations, pages, told),
      failures: told,
      spans: yield* operationSpans,
      atMostOnce: yield* atMostOnce
    }
    return rules
  }
)
