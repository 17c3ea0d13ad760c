import { cafe } from "../Cafe.ts"
import { chat } from "../Chat.ts"
import { cpu } from "../Cpu.ts"
import { externalBad } from "../ExternalBad.ts"
import { externalGood } from "../ExternalGood.ts"
import { externalSafe } from "../ExternalSafe.ts"
import { partialErrors } from "../PartialErrors.ts"
import { policyAdaptive } from "../PolicyAdaptive.ts"
import { policyBreaker } from "../PolicyBreaker.ts"
import { policyBudget } from "../PolicyBudget.ts"
import { policyHedge } from "../PolicyHedge.ts"
import { policyJitter } from "../PolicyJitter.ts"
import { policyPermit } from "../PolicyPermit.ts"
import { policyQueue } from "../PolicyQueue.ts"
import { policyRate } from "../PolicyRate.ts"
import { policyRetryAfter } from "../PolicyRetryAfter.ts"
import { profile } from "../Profile.ts"
import { retry } from "../Retry.ts"
import { semaphore } from "../Semaphore.ts"
import { sequentialAndParallel } from "../SequentialAndParallel.ts"
import { syncAgainstAsync } from "../SyncAgainstAsync.ts"
import { timeout } from "../Timeout.ts"
import { transfer } from "../Transfer.ts"
import { uploads } from "../Uploads.ts"
import type { Demo } from "./Demo.ts"

/** All demos, in the order of the handbook's chapters. */
export const catalogue: ReadonlyArray<Demo> = [
  cafe,
  sequentialAndParallel,
  externalGood,
  externalBad,
  externalSafe,
  profile,
  uploads,
  chat,
  retry,
  timeout,
  semaphore,
  policyQueue,
  policyPermit,
  policyJitter,
  policyRetryAfter,
  policyBudget,
  policyBreaker,
  policyHedge,
  policyRate,
  policyAdaptive,
  transfer,
  cpu,
  partialErrors,
  syncAgainstAsync
]
