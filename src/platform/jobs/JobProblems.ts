import { Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import { JobId } from "./Job.ts"

/** 404: no job has that id. */
export class JobNotFound extends Problem.define<JobNotFound>()("JobNotFound", 404, { id: JobId }) {
  get problem(): Problem.Description {
    return {
      title: text("Tâche inconnue", "Unknown job"),
      detail: text(`Aucune tâche n'a l'id ${this.id}.`, `No job has the id ${this.id}.`)
    }
  }
}

/** 409: the job's state allows no such step. */
export class JobStateConflict extends Problem.define<JobStateConflict>()("JobStateConflict", 409, {
  id: JobId,
  state: Schema.String,
  expected: Schema.String
}) {
  get problem(): Problem.Description {
    return {
      title: text("État incompatible", "Conflicting state"),
      detail: text(
        `La tâche ${this.id} est à l'état ${this.state} ; il faudrait ${this.expected}.`,
        `Job ${this.id} is ${this.state}; it would have to be ${this.expected}.`
      )
    }
  }
}
