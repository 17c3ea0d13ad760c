import * as Problem from "../../../domain/Problem.ts"
import { Named, type Term, term } from "../../../domain/Term.ts"
import { text } from "../../../domain/Text.ts"
import { JobId, type JobState } from "../Job.ts"

/** 404: no job has the id. */
export class JobNotFound extends Problem.define<JobNotFound>()("JobNotFound", 404, { id: JobId }) {
  get problem(): Problem.Description {
    return {
      title: text("Tâche inconnue", "Unknown job"),
      detail: text(`Aucune tâche n'a l'id ${this.id}.`, `No job has the id ${this.id}.`)
    }
  }
}

const states: Readonly<Record<JobState, Term>> = {
  waiting: term("en attente", "waiting"),
  running: term("en cours", "running"),
  succeeded: term("réussie", "succeeded"),
  failed: term("échouée", "failed"),
  cancelled: term("annulée", "cancelled")
}

/** 409: the job's state does not allow the operation. */
export class JobStateConflict extends Problem.define<JobStateConflict>()("JobStateConflict", 409, {
  id: JobId,
  state: Named,
  expected: Named
}) {
  get problem(): Problem.Description {
    return {
      title: text("État incompatible", "Conflicting state"),
      detail: text(
        `La tâche ${this.id} est ${this.state.fr} ; elle devrait être ${this.expected.fr}.`,
        `Job ${this.id} is ${this.state.en}; it should be ${this.expected.en}.`
      )
    }
  }

  static of(id: JobId, state: JobState, expected: ReadonlyArray<JobState>): JobStateConflict {
    const terms = expected.map((one) => states[one])
    return new JobStateConflict({
      id,
      state: states[state],
      expected: term(
        terms.map(({ fr }) => fr).join(" ou "),
        terms.map(({ en }) => en).join(" or "),
        expected.join(", ")
      )
    })
  }
}
