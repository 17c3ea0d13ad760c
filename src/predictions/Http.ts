import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Effect, Schema } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { Problem } from "../domain/Problem.ts"
import { Locale } from "../domain/Text.ts"
import { preferredType } from "../platform/http/contract/Accept.ts"
import * as EventStream from "../platform/http/contract/EventStream.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { varyOn } from "../platform/http/contract/ResponseHeaders.ts"
import { hasSeenEnd, workEvents } from "../platform/http/exchange/workEvents.ts"
import { Advice } from "../simulation/advisor/Advice.ts"
import { type Question, usualRequests } from "../simulation/advisor/Question.ts"
import * as Gallery from "../simulation/gallery/Gallery.ts"
import type { Report } from "../simulation/Report.ts"
import type { Scenario } from "../simulation/Scenario.ts"
import { parts } from "../timeline/SvgPicture.ts"
import type { Timeline } from "../timeline/Timeline.ts"
import { Advisor } from "./Advisor.ts"
import { LessonNotFound, type PredictionsApi, type SimulatedRequestNotFound } from "./Api.ts"
import { expectedOf } from "./bounds.ts"
import type { LessonReport } from "./LessonApi.ts"
import { galleryIn, lessonIn, runLesson } from "./Lessons.ts"
import { draw } from "./picture.ts"
import { type Failure, Simulations } from "./Simulations.ts"
import { telling } from "./telling.ts"

const writeAdvice = Schema.encodeSync(Schema.parseJson(Advice))

const types = ["application/json", "text/event-stream", "image/svg+xml"] as const

/** Answers a picture, which is a document when it is opened alone. */
const svg = (picture: string, language: string) =>
  HttpServerResponse.text(picture, {
    contentType: "image/svg+xml",
    headers: {
      "cache-control": "no-store",
      "content-language": language,
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff"
    }
  })

/** Answers a piece of work in the form that the request prefers. */
const inForm = <A, E extends Problem>(
  request: HttpServerRequest.HttpServerRequest,
  forms: {
    readonly json: Effect.Effect<A, E>
    readonly events: Effect.Effect<HttpServerResponse.HttpServerResponse, E>
    readonly picture: Effect.Effect<string, E>
  }
): Effect.Effect<A | HttpServerResponse.HttpServerResponse, E> =>
  Effect.zipRight(
    varyOn("accept"),
    Effect.suspend((): Effect.Effect<A | HttpServerResponse.HttpServerResponse, E> => {
      switch (preferredType(request.headers["accept"], types)) {
        case "application/json":
          return forms.json
        case "text/event-stream":
          // a client that connects again must not run it again
          return hasSeenEnd(request) ? Effect.succeed(EventStream.ended) : forms.events
        case "image/svg+xml":
          return Effect.zipWith(forms.picture, Locale, svg)
      }
    })
  )

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(
  Effect.all([Simulations, Advisor, AppConfig], { concurrency: 1 }),
  ([simulations, advisor, config]): Handlers<typeof PredictionsApi> => {
    const simulated = (scenario: Scenario, seeds: number, request: HttpServerRequest.HttpServerRequest) => {
      const run = simulations.run(scenario, seeds)
      return inForm<Report, Failure>(request, {
        json: run,
        picture: Effect.flatMap(
          Locale,
          (language) =>
            Effect.map(run, (report) => draw(scenario.name ?? "", [{ name: scenario.name ?? "", report }], language))
        ),
        events: Effect.zipRight(
          simulations.check(scenario, seeds),
          workEvents(config, request, (send) => {
            const expected = expectedOf(scenario)
            return telling(
              (done) =>
                send({
                  id: String(done),
                  event: "progress",
                  data: JSON.stringify({ done, requests: expected === undefined ? null : expected * seeds })
                }),
              (onProgress) =>
                Effect.map(simulations.run(scenario, seeds, onProgress), (report) => JSON.stringify(report))
            )
          })
        )
      })
    }

    const recorded = (scenario: Scenario, number: number, request: HttpServerRequest.HttpServerRequest) => {
      const record = simulations.record(scenario, number)
      return inForm<Timeline, Failure | SimulatedRequestNotFound>(request, {
        json: record,
        picture: Effect.flatMap(
          Locale,
          (language) => Effect.map(record, (timeline) => [...parts(timeline, language)].join(""))
        ),
        events: Effect.zipRight(
          simulations.check(scenario, 1),
          workEvents(config, request, () => Effect.map(record, (timeline) => JSON.stringify(timeline)))
        )
      })
    }

    const found = (name: string) => Effect.mapError(Gallery.find(name), () => new LessonNotFound({ name }))

    const taught = (name: Gallery.LessonName, seed: number, request: HttpServerRequest.HttpServerRequest) =>
      Effect.flatMap(Locale, (language) => {
        const run = runLesson(simulations, name, seed, language)
        return inForm<LessonReport, Failure>(request, {
          json: run,
          picture: Effect.zipWith(
            lessonIn(name, language),
            run,
            ({ title }, { runs }) =>
              draw(title, runs.map(({ report, variant }) => ({ name: variant, report })), language)
          ),
          events: workEvents(config, request, (send) =>
            telling(
              (done) => send({ id: String(done), event: "progress", data: JSON.stringify({ done, requests: null }) }),
              (onProgress) =>
                Effect.map(
                  runLesson(simulations, name, seed, language, onProgress),
                  (report) => JSON.stringify(report)
                )
            ))
        })
      })

    const advised = (question: Question, request: HttpServerRequest.HttpServerRequest) =>
      EventStream.negotiated(
        request,
        advisor.advise(question),
        hasSeenEnd(request) ? Effect.succeed(EventStream.ended) : Effect.zipRight(
          advisor.check(question),
          workEvents(config, request, (send) =>
            telling(
              (done) =>
                send({
                  id: String(done),
                  event: "progress",
                  data: JSON.stringify({ done, requests: question.requests ?? usualRequests })
                }),
              (onProgress) => Effect.map(advisor.advise(question, onProgress), writeAdvice)
            ))
        )
      )

    return {
      advise: ({ payload, request }) => advised(payload, request),
      scenarios: () => Effect.flatMap(Locale, galleryIn),
      scenario: ({ path }) =>
        Effect.flatMap(found(path.name), (name) => Effect.flatMap(Locale, (language) => lessonIn(name, language))),
      lesson: ({ path, request, urlParams: { seed = 1 } }) =>
        Effect.flatMap(found(path.name), (name) => taught(name, seed, request)),
      simulate: ({ payload, request, urlParams: { request: number, seeds = 1 } }) =>
        number === undefined ? simulated(payload, seeds, request) : recorded(payload, number, request)
    }
  }
)
