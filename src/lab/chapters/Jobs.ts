import { Duration, Effect, Layer, Stream } from "effect"
import { Background } from "../../background/Background.ts"
import { kinds } from "../../background/Kinds.ts"
import { RegistrationsRepo } from "../../background/RegistrationsRepo.ts"
import { Email } from "../../domain/Email.ts"
import { text } from "../../domain/Text.ts"
import * as JobEngine from "../../platform/jobs/engine/JobEngine.ts"
import { JobId } from "../../platform/jobs/Job.ts"
import { JobKinds, Jobs } from "../../platform/jobs/Jobs.ts"
import { AttemptsRepo } from "../../platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "../../platform/jobs/record/JobsRepo.ts"
import { Mailer } from "../../platform/mail/Mailer.ts"
import { OutboxRepo } from "../../platform/mail/OutboxRepo.ts"
import { Notifications } from "../../platform/sql/Notifications.ts"
import { Policies } from "../../policy/Policies.ts"
import { answer } from "../answer.ts"
import { millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabDatabase from "../parts/LabDatabase.ts"
import * as LabLoop from "../parts/LabLoop.ts"

const services = Background.layer.pipe(
  Layer.provideMerge(Jobs.layer),
  Layer.provide(Layer.effect(JobKinds, kinds)),
  Layer.provide([JobEngine.layer, JobsRepo.layer, AttemptsRepo.layer, Mailer.layerOutbox]),
  Layer.provide([RegistrationsRepo.layer, OutboxRepo.layer, LabLoop.layer, Policies.layerWith({})]),
  Layer.provide(Notifications.none),
  Layer.provideMerge(LabDatabase.layer(0))
)

/** Registers a caller, and waits for the end of the job inside of the answer, or after it. */
const registered = (waits: "before the answer" | "after the answer") => (caller: number) =>
  Effect.gen(function*() {
    const { register } = yield* Background
    const jobs = yield* Jobs
    const ended = (job: string) => Stream.runDrain(jobs.watch(JobId.make(Number(job.slice(job.lastIndexOf("/") + 1)))))
    const accepted = register({ email: Email.make(`client-${caller}@example.com`) })
    if (waits === "before the answer") {
      yield* answer(Effect.flatMap(accepted, ({ job }) => ended(job)))
    } else {
      yield* Effect.flatMap(answer(accepted), ({ job }) => ended(job))
    }
  })

/** « Gestion des tâches de background »: an answer after the work, and an answer before it. */
export const jobs = LabChapter.make({
  name: "jobs",
  title: text("Répondre après le travail, ou avant", "Answer after the work, or before it"),
  about: text(
    "Une inscription envoie un mail, crée un profil et rejoint une liste. La tâche est sur le disque avant la réponse, elle survit donc à un arrêt : le client n'a pas à l'attendre.",
    "A registration sends a mail, creates a profile and joins a list. The job is on disk before the answer, so it survives a crash, and the client need not wait for it."
  ),
  source: "src/background/Background.ts",
  section: "Gestion des tâches de background",
  isPredictable: false,
  ways: {
    wrong: text("La réponse attend la fin de la tâche", "The answer waits for the end of the job"),
    right: text("La réponse part, puis la tâche s'exécute", "The answer leaves, then the job runs")
  },
  knobs: {
    tasks: tasksKnob(3, 10, text("Inscriptions", "Registrations")),
    latency: millisKnob(400, [10, 1_000])
  },
  settings: ({ latency }) => ({
    mailDuration: Duration.millis(latency),
    profileDuration: Duration.millis(latency),
    mailingListDuration: Duration.millis(latency),
    jobsStopTimeout: Duration.zero
  }),
  services: () => services,
  programs: {
    wrong: ({ tasks }, tally) => callers(tasks, (caller) => tally.each(registered("before the answer")(caller))),
    right: ({ tasks }, tally) => callers(tasks, (caller) => tally.each(registered("after the answer")(caller)))
  }
})
