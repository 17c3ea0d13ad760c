import { counted } from "../../domain/counted.ts"
import { dayAndTime, durationText, timeOfDay } from "../action/moments.ts"
import { wordText } from "../jobs/words.ts"
import { routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { Status } from "../widgets/Status.tsx"
import { type Node, type Running, shortName, type Takeover } from "./Node.ts"
import { useMoved } from "./useMoved.ts"
import { jobText, reasonWords, stateText, tones } from "./words.ts"

interface RowProps {
  readonly server: string
  readonly running: Running
  /** The takeover by which its job came here, while it is new. */
  readonly taken: Takeover | undefined
  readonly now: number
  /** Milliseconds of the longest attempt of all servers, on whose scale the bars are drawn. */
  readonly longest: number
}

const Row = ({ longest, now, running, server, taken }: RowProps) => {
  const element = useMoved(`${running.job_id} ${running.activity}`, server)
  const duration = Math.max(0, now - Date.parse(running.started_at))
  const width = `${Math.min(100, (100 * duration) / Math.max(1, longest))}%`
  return (
    <li ref={element} class={taken === undefined ? undefined : "node-taken"}>
      <span>
        <a href={routeText("jobs", String(running.job_id))}>{jobText(running)}</a>, {wordText(running.activity)}
        {running.attempt > 1 && <em>{say(`, essai ${running.attempt}`, `, attempt ${running.attempt}`)}</em>}
      </span>
      <span class="figure">{durationText(Math.floor(duration / 100) * 100)}</span>
      <span class="run-axis" aria-hidden="true">
        <span class="run-bar run-running" style={{ width }} />
      </span>
      {taken !== undefined && (
        <span class="node-from">
          {say(`repris de ${shortName(taken.from)}, qui `, `taken over from ${shortName(taken.from)}, which `)}
          {reasonWords[taken.reason][language.value]}
          {taken.gap_ms !== null &&
            say(` ; ${durationText(taken.gap_ms)} après`, `; ${durationText(taken.gap_ms)} later`)}
        </span>
      )}
    </li>
  )
}

interface Props extends Pick<RowProps, "now" | "longest"> {
  readonly node: Node
  /** Shards of all servers. */
  readonly shards: number
  /** New takeovers of all servers. */
  readonly takeovers: ReadonlyArray<Takeover>
}

const Facts = ({ node, shards }: Pick<Props, "node" | "shards">) => {
  const members = counted(node.chat_members, "membre du chat", ["member of the chat", "members of the chat"])
  return (
    <p class="node-facts">
      <span>{say(`depuis ${dayAndTime(node.started_at)}`, `since ${dayAndTime(node.started_at)}`)}</span>
      <span>{say(`version ${node.version}`, `version ${node.version}`)}</span>
      <span>{say(`${node.shards} parts sur ${shards}`, `${node.shards} of ${shards} shards`)}</span>
      <span>{members[language.value]}</span>
      <span>
        {say(
          `dernier signe de vie ${timeOfDay(node.last_seen_at)}`,
          `last sign of life ${timeOfDay(node.last_seen_at)}`
        )}
      </span>
    </p>
  )
}

/** One server: its state, its part of the jobs, and what it runs now. */
export const NodePanel = ({ longest, node, now, shards, takeovers }: Props) => {
  const more = node.running - node.attempts.length
  const gone = takeovers.filter(({ from }) => from === node.id)
  const name = shortName(node.id)
  return (
    <section class={`panel node node-${node.state}`} aria-label={name}>
      <div class="bar">
        <h2>{name}</h2>
        {node.is_this && <span class="badge">{say("sert cette console", "serves this console")}</span>}
        <Status tone={tones[node.state]}>{stateText(node, now)}</Status>
      </div>
      <Facts node={node} shards={shards} />
      {node.attempts.length === 0 && gone.length === 0 && <p class="hint">{say("N'exécute rien.", "Runs nothing.")}</p>}
      {node.attempts.length > 0 && (
        <ul class="node-running" aria-label={say(`Essais en cours sur ${name}`, `Attempts under way on ${name}`)}>
          {node.attempts.map((running) => (
            <Row
              key={`${running.job_id} ${running.activity}`}
              server={node.id}
              running={running}
              taken={takeovers.find(({ job_id, to }) => job_id === running.job_id && to === node.id)}
              now={now}
              longest={longest}
            />
          ))}
        </ul>
      )}
      {more > 0 && <p class="hint">{say(`Et ${more} de plus.`, `And ${more} more.`)}</p>}
      {gone.length > 0 && (
        <ul class="node-gone" aria-label={say(`Repris de ${name}`, `Taken over from ${name}`)}>
          {gone.map((takeover) => (
            <li key={takeover.job_id}>
              <s>{jobText(takeover)}</s> → {shortName(takeover.to)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
