import { timeOfDay } from "../action/moments.ts"
import type { StreamState } from "../api.ts"
import type { Nodes as Told } from "../nodes/Node.ts"
import { NodePanel } from "../nodes/NodePanel.tsx"
import { TakeoverTable } from "../nodes/TakeoverTable.tsx"
import { useNodes } from "../nodes/useNodes.ts"
import { takeoverText } from "../nodes/words.ts"
import { say } from "../texts.ts"
import { Problem } from "../widgets/Problem.tsx"
import { Status } from "../widgets/Status.tsx"

/** Milliseconds for which a takeover is shown at its servers; the table keeps it longer. */
const fresh = 60_000

const Connection = ({ nodes, stream }: { readonly nodes: Told | undefined; readonly stream: StreamState }) => {
  if (stream === "open") return <Status tone="good">{say("connecté", "connected")}</Status>
  return nodes === undefined
    ? <Status tone="busy">{say("connexion…", "connecting…")}</Status>
    : (
      <Status tone="bad">
        {say(`sans nouvelles depuis ${timeOfDay(nodes.read_at)}`, `no news since ${timeOfDay(nodes.read_at)}`)}
      </Status>
    )
}

/** The view `#/nodes`: the servers that share the database, what each runs, and jobs that went from one to another. */
export const Nodes = () => {
  const { failure, nodes, now, state } = useNodes()
  const takeovers = nodes?.takeovers ?? []
  const recent = takeovers.filter(({ resumed_at }) => now - Date.parse(resumed_at) < fresh)
  const attempts = nodes?.nodes.flatMap((node) => node.attempts) ?? []
  const longest = Math.max(1000, ...attempts.map(({ started_at }) => now - Date.parse(started_at)))
  const [newest] = recent
  return (
    <>
      <div class="bar">
        <h1>{say("Serveurs", "Servers")}</h1>
        <span role="status">
          <Connection nodes={nodes} stream={state} />
        </span>
      </div>
      <p class="hint">
        {say(
          "Les serveurs d'une base PostgreSQL se partagent les tâches. Celui qui ne donne plus signe de vie " +
            "pendant 6 s les perd : elles continuent ailleurs, et ce qu'il écrirait encore n'a plus d'effet.",
          "The servers of a PostgreSQL database share out the jobs. One that gives no sign of life for 6 s loses " +
            "them: they go on elsewhere, and what it may still write has no effect."
        )}
      </p>
      {failure !== undefined && <Problem error={failure} />}
      <p role="status" class="for-readers">{newest === undefined ? "" : takeoverText(newest)}</p>
      <div class="nodes">
        {nodes === undefined && failure === undefined && <p class="loading">{say("Chargement…", "Loading…")}</p>}
        {nodes?.nodes.map((node) => (
          <NodePanel
            key={node.id}
            node={node}
            shards={nodes.shards}
            takeovers={recent}
            now={now}
            longest={longest}
          />
        ))}
      </div>
      <h2>{say("Passées d'un serveur à l'autre", "From one server to another")}</h2>
      <TakeoverTable takeovers={takeovers} />
    </>
  )
}
