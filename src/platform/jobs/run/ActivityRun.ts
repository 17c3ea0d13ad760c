import { Cause, type Context, Data, Duration, Effect, Option } from "effect"
import { waitFor, waiting } from "../../../domain/Wait.ts"
import type { Policies } from "../../../policy/Policies.ts"
import { PolicyRefused } from "../../../policy/PolicyRefused.ts"
import { PolicyTimeout } from "../../../policy/PolicyTimeout.ts"
import { isTransient } from "../../../policy/Transient.ts"
import type { Database } from "../../sql/Database.ts"
import { isPassing } from "../../sql/DatabaseUnavailable.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { type ActivityError, type BoundActivity, type JobId, type Outcome, undoing } from "../Job.ts"
import type { ActivityFailure, AttemptKey, AttemptsRepo } from "../record/AttemptsRepo.ts"
import { isLostClaim } from "../record/Claim.ts"
import type { StartedJob } from "../record/JobsRepo.ts"
import { retryDefects } from "./retryDefects.ts"
import type { Signals } from "./Signals.ts"

/** A defect of an activity, logged and retried, since a fault of the server must not end an accepted job. */
class Unexpected extends Data.TaggedError("Unexpected")<{ readonly message: string }> {
  readonly transient = true
}

/** Another attempt at the same activity has begun, so the older one must change nothing. */
class Superseded extends Data.TaggedError("Superseded") {
  readonly transient = true
}

/** The shortest pause of an activity that its policy has refused. */
const leastPause = Duration.seconds(1)

const waitsToBegin = waitFor("signal", () => ({ name: "jobs may begin" }))

const messageOf = ({ _tag, message }: ActivityError) => (message === "" ? _tag : message)

export interface ActivityOptions {
  readonly attempts: Context.Tag.Service<AttemptsRepo>
  readonly transaction: Context.Tag.Service<Database>["transaction"]
  readonly policies: Context.Tag.Service<Policies>
  /** Raised by every visible change. */
  readonly changes: Pick<Signals<JobId>, "raise">
  /**
   * Closed once the server stops. Otherwise interrupted jobs would make room for others, which would begin only to be
   * interrupted.
   */
  readonly mayBegin: Effect.Latch
  /** Gives a run up that another server has started. */
  readonly giveUp: Effect.Effect<never>
}

/** An activity, or its compensation, as it is attempted and recorded. */
interface Tried extends Pick<BoundActivity, "name" | "policy" | "run" | "commit"> {
  /** Outcome of a successful attempt. */
  readonly outcome: Outcome
}

/**
 * Counts a defect as a failed attempt, except for a passing fault of the database, for which the activity is not
 * responsible.
 */
const counted = (work: Effect.Effect<void, ActivityError>): Effect.Effect<void, ActivityError> =>
  Effect.catchAllDefect(work, (defect) =>
    isPassing(defect)
      ? Effect.die(defect)
      : Effect.zipRight(
        Effect.logError("an activity failed unexpectedly", Cause.die(defect)),
        new Unexpected({ message: `unexpected: ${String(defect)}` })
      ))

const failureOf = (activity: string, error: ActivityError): ActivityFailure => ({
  activity,
  reason: isTransient(error) ? "exhausted" : "permanent",
  cause: messageOf(error)
})

/**
 * Attempts an activity under its policy until it succeeds, fails for good, or exhausts its attempts; returns the
 * failure, if any. Each attempt is a row from beginning to end. The success is recorded in the transaction of `commit`,
 * and a final failure with the end of its attempt. A start after a crash therefore finds both.
 *
 * A fault of the database costs no attempt: the missing write is repeated, without the work before the write. A refusal
 * of the policy costs none either, and is no failure.
 */
const tryOut = (
  options: ActivityOptions,
  job: StartedJob,
  activity: Tried
): Effect.Effect<Option.Option<ActivityFailure>> =>
  Effect.suspend(() => {
    const { attempts, changes, giveUp, mayBegin, policies, transaction } = options
    const { commit, name, outcome, policy, run } = activity
    const told = changes.raise(job.id)
    let open: AttemptKey | undefined
    let hasRun = false
    let hasSucceeded = false
    let failure = Option.none<ActivityFailure>()

    /** Runs a change in a transaction, unless another server has started the run. */
    const fenced = <A, E>(change: Effect.Effect<A, E>) =>
      orDefect(transaction(Effect.zipRight(attempts.check(job), change)))

    const begin = Effect.map(attempts.begin(job, name), (begun) => {
      open = Option.getOrUndefined(begun)
      hasRun = false
      hasSucceeded = Option.isNone(begun)
    }).pipe(Effect.zipLeft(told), Effect.catchIf(isLostClaim, () => giveUp), Effect.uninterruptible)

    const succeed = Effect.suspend(() =>
      open === undefined ? Effect.void : fenced(Effect.zipRight(
        Effect.filterOrFail(attempts.end(open, outcome), Boolean, () => new Superseded()),
        counted(commit)
      ))
    ).pipe(
      Effect.catchIf(isLostClaim, () => giveUp),
      Effect.tap(() => {
        open = undefined
        hasSucceeded = true
        return told
      }),
      Effect.uninterruptible
    )

    const work = Effect.suspend(() =>
      hasSucceeded ? Effect.void : Effect.zipRight(
        Effect.tap(counted(run), () => {
          hasRun = true
        }),
        succeed
      )
    )

    const attempt = Effect.suspend(() => {
      if (hasSucceeded) return Effect.void
      return open !== undefined && hasRun
        ? succeed
        : Effect.zipRight(Effect.zipRight(waiting(waitsToBegin)(mayBegin.await), begin), work)
    })

    /** Ends the open attempt, if any. A last failure also ends the activity. */
    const fail = (error: ActivityError, isLast: boolean) =>
      Effect.suspend(() => {
        if (hasSucceeded) return Effect.void
        const ended = open === undefined
          ? Effect.succeed(true)
          : attempts.end(open, error instanceof PolicyTimeout ? "timed out" : "failed", messageOf(error))
        const last = failureOf(name, error)
        return Effect.map(
          fenced(
            Effect.tap(ended, (isOurs) => isOurs && isLast ? attempts.fail(job.id, job.run, last) : Effect.void)
          ),
          () => {
            open = undefined
            if (isLast) failure = Option.some(last)
          }
        )
      }).pipe(Effect.catchIf(isLostClaim, () => giveUp), Effect.zipRight(told), retryDefects)

    const interrupted = Effect.suspend(() =>
      // If the database cannot record the interruption, the next attempt finds the open one.
      open === undefined ? Effect.void : Effect.ignore(Effect.sandbox(fenced(attempts.end(open, "interrupted"))))
    )

    const tried: Effect.Effect<void> = policies.of(policy).apply(
      attempt,
      ({ delay, error }) => error instanceof PolicyRefused ? Effect.void : fail(error, Option.isNone(delay))
    ).pipe(
      Effect.catchAll((error) => {
        if (Option.isSome(failure)) return Effect.void
        // accepted work is not lost where a policy has no room for it now: it asks again
        if (error instanceof PolicyRefused) {
          const pause = Duration.max(error.retryAfter ?? leastPause, leastPause)
          return Effect.zipRight(Effect.sleep(pause), Effect.suspend(() => tried))
        }
        // The timeout of a whole policy may come within a pause, or while a success is recorded.
        return fail(error, true)
      })
    )

    return tried.pipe(
      retryDefects,
      Effect.onInterrupt(() => interrupted),
      Effect.zipRight(Effect.sync(() => failure))
    )
  })

/** Runs an activity of a job. */
export const perform = (options: ActivityOptions, job: StartedJob, step: BoundActivity) =>
  tryOut(options, job, { ...step, outcome: "succeeded" })

/**
 * Undoes an activity under the same policy, if the activity has begun. Undoing cannot be cancelled. In any case the job
 * ends with the failure that caused the undoing; the record of attempts shows the result.
 */
export const undo = (options: ActivityOptions, job: StartedJob, { name, policy, undo: takeBack }: BoundActivity) => {
  const { attempts } = options
  if (takeBack === undefined) return Effect.void
  return Effect.whenEffect(
    tryOut(options, job, {
      name: undoing(name),
      policy,
      run: Effect.void,
      commit: Effect.zipRight(takeBack, attempts.forgetSuccess(job.id, name)),
      outcome: "undone"
    }),
    retryDefects(attempts.hasBegun(job.id, name))
  ).pipe(
    Effect.flatMap((failure) =>
      Option.match(Option.flatten(failure), {
        onNone: () => Effect.void,
        onSome: ({ cause }) => Effect.logError("an activity could not be undone", cause)
      })
    ),
    Effect.annotateLogs({ job: job.id, activity: name, kind: job.kind })
  )
}
