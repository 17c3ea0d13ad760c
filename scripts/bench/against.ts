// `npm run bench:against -- CHECKOUT` compares registrations of this checkout and another one, in turns, as a machine's
// speed varies. Build the other checkout before (`node scripts/build.mjs main` in it). `--mail "200 millis"` is the
// duration of a mail's composition; `--rounds` and `--count` set the repetitions and the registrations. Linux only, as
// processor time is read from /proc.
import { Command, FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Data, Duration, Effect } from "effect"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { closeIdle } from "../harness/client.ts"
import { watchProcessors } from "../harness/processorTime.ts"
import { allFinished, registerAll } from "../harness/registrationLoad.ts"
import { barista, start } from "../harness/serverProcess.ts"
import { median } from "./report/statistics.ts"

/** A command that makes no sense. */
class WrongCommand extends Data.TaggedError("WrongCommand")<{ readonly message: string }> {}

const connections = 64
/** Registrations before the first round, during which V8 compiles the measured code. */
const warmUp = 600

interface Sample {
  /** Registrations a second, from the first request until the last job has ended. */
  readonly rate: number
  /** Milliseconds of the server's processor for each registration. */
  readonly processor: number
}

/** Starts a checkout's server and returns its measurement. */
const contender = Effect.fnUntraced(function*(checkout: string, mail: string, count: number) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-against-" })
  const program = Command.make("node", resolve(checkout, "dist/main.js"))
  const { pid, port } = yield* start(barista(folder, {
    MAIL_DURATION: mail,
    PROFILE_DURATION: "0 seconds",
    MAILING_LIST_DURATION: "0 seconds"
  }, program))
  let first = 0
  const register = Effect.fnUntraced(function*(number: number) {
    const { spent } = yield* watchProcessors(pid)
    yield* closeIdle
    const [took, { others }] = yield* Effect.timed(
      Effect.zipLeft(registerAll(port, { first, count: number, connections }), allFinished(port))
    )
    first += number
    if (others.length > 0) return yield* new WrongCommand({ message: `refused: ${others[0]?.status}` })
    return {
      rate: number / Duration.toSeconds(took),
      processor: (yield* spent) * 1000 / number
    } satisfies Sample
  })
  yield* register(warmUp)
  return { sample: register(count), samples: new Array<Sample>() }
})

const line = (name: string, samples: ReadonlyArray<Sample>) => {
  const of = (figure: keyof Sample, digits: number) =>
    `${median(samples.map((sample) => sample[figure])).toFixed(digits)} (${
      samples.map((sample) => sample[figure].toFixed(digits)).join(", ")
    })`
  return Console.log(
    `${name.padEnd(6)} ${of("rate", 0)} registrations/s; ${of("processor", 2)} ms of the processor each`
  )
}

const bench = Effect.gen(function*() {
  const { positionals: [other], values } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      count: { type: "string", default: "600" },
      mail: { type: "string", default: "0 seconds" }
    }
  })
  if (other === undefined) return yield* new WrongCommand({ message: "name the checkout to compare with" })
  const ours = yield* contender(".", values.mail, Number(values.count))
  const theirs = yield* contender(other, values.mail, Number(values.count))
  for (let round = 1; round <= Number(values.rounds); round++) {
    // the second contender may find the disk busier
    for (const { sample, samples } of round % 2 === 1 ? [ours, theirs] : [theirs, ours]) samples.push(yield* sample)
  }
  yield* line("this", ours.samples)
  yield* line("other", theirs.samples)
  const ratio = (figure: keyof Sample) =>
    (median(ours.samples.map((sample) => sample[figure])) / median(theirs.samples.map((sample) => sample[figure])))
      .toFixed(2)
  yield* Console.log(`${ratio("rate")} times as many a second, at ${ratio("processor")} of the processor time each`)
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
