import { say } from "../texts.ts"
import { Status } from "../widgets/Status.tsx"
import { Table } from "../widgets/Table.tsx"
import type { Verdict } from "./Lesson.ts"
import { figure } from "./words.ts"

/** The claims of a lesson, each with its bound and what the runs gave. */
export const Verdicts = ({ verdicts }: { readonly verdicts: ReadonlyArray<Verdict> }) => (
  <Table<Verdict>
    caption={say("Affirmations de la leçon", "Claims of the lesson")}
    columns={[
      { title: say("Affirmation", "Claim"), cell: ({ text }) => text },
      {
        title: say("Attendu", "Expected"),
        isFigure: true,
        cell: ({ expected, is }) => `${is === "less" ? "<" : ">"} ${figure(expected)}`
      },
      { title: say("Obtenu", "Got"), isFigure: true, cell: ({ got }) => figure(got) },
      {
        title: say("Tient", "Holds"),
        cell: ({ holds }) => (
          <Status tone={holds ? "good" : "bad"}>{holds ? say("oui", "yes") : say("non", "no")}</Status>
        )
      }
    ]}
    rows={verdicts}
    keyOf={({ text }) => text}
    empty=""
  />
)
