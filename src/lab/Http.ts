import { Effect } from "effect"
import { Locale } from "../domain/Text.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { setHeader } from "../platform/http/contract/ResponseHeaders.ts"
import type { LabApi } from "./Api.ts"
import { catalogue } from "./Catalogue.ts"
import { describe } from "./describe.ts"
import { Lab } from "./Lab.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Lab, (lab): Handlers<typeof LabApi> => ({
  chapters: () => Effect.map(Locale, (language) => catalogue.map(describe(language))),
  start: ({ payload }) =>
    Effect.map(
      Effect.tap(lab.start(payload), (id) => setHeader("location", `/experiments/${id}`)),
      (id) => ({ id, timeline: `/timelines/${id}` })
    ),
  predict: ({ payload }) => lab.predict(payload),
  get: ({ path }) => lab.get(path.id),
  stop: ({ path }) => lab.stop(path.id),
  interrupt: ({ path, payload }) => Effect.as(lab.interrupt(path.id, payload.fiber), payload)
}))
