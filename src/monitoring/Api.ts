import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { documented } from "../platform/http/contract/documented.ts"
import { eventStream } from "../platform/http/openapi/Events.ts"
import { Node as JobNode, nodesFields } from "../platform/jobs/record/NodeView.ts"
import { NotReady } from "../platform/lifecycle/NotReady.ts"

/** A server as other chapters see it: its part of the jobs, and its members of the chat. */
export const Node = Schema.Struct({
  ...JobNode.fields,
  chat_members: Schema.Int.annotations({ description: "Open sockets of the chat", examples: [2] })
}).annotations({ identifier: "Node" })

export const Nodes = Schema.Struct({ ...nodesFields, nodes: Schema.Array(Node) }).annotations({ identifier: "Nodes" })

const Healthy = Schema.Struct({ status: Schema.Literal("ok") }).annotations({ identifier: "Healthy" })

/** The handbook's « Debugging et monitoring », and the health of the server. */
export const MonitoringApi = HttpApiGroup.make("monitoring")
  .add(
    HttpApiEndpoint.get("monitoredEndpoint", "/monitored-endpoint")
      .addSuccess(Schema.Struct({ data: Schema.String.annotations({ examples: ["some result"] }) }))
      .annotateContext(documented(
        "An operation whose duration is logged after the answer",
        "Answers after 1 s; the log line is written after the answer is sent and never delays it."
      ))
  )
  .add(
    HttpApiEndpoint.get("measured", "/measured")
      .addSuccess(Schema.Struct({ message: Schema.String.annotations({ examples: ["Measured operation"] }) }))
      .annotateContext(documented(
        "An operation whose duration is logged whatever its outcome",
        "Answers after 0.5 s; success, failure and interruption are all logged."
      ))
  )
  .add(
    HttpApiEndpoint.get("live", "/health/live")
      .addSuccess(Healthy)
      .annotateContext(documented("Alive", "The process answers; restart it if it does not."))
  )
  .add(
    HttpApiEndpoint.get("ready", "/health/ready")
      .addSuccess(Healthy)
      .addError(NotReady)
      .annotateContext(
        documented(
          "Ready",
          "Requests should be sent here; 503 with the reason while starting and stopping, and while the database is silent."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("nodes", "/nodes")
      .addSuccess(Nodes)
      .annotateContext(documented(
        "The servers of this database",
        "The servers that share the database, newest first: which live, what each runs, and which jobs went from one to another. With SQLite there is one. A request that prefers text/event-stream to JSON gets the list again after changes, and each second. With API_TOKENS set, a token is required, as the list names hosts and processes."
      ))
      .annotateContext(eventStream({
        isEndless: true,
        description: "Events nodes, each with the list as JSON",
        example: "id: Qm9uam91cg\nevent: nodes\ndata: {\"shards\":12,\"nodes\":[]}\n\n"
      }))
  )
  .annotateContext(documented("Monitoring", "Durations in the log, in spans and in metrics; health."))
