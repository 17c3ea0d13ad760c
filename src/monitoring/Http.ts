import { Effect, Schema, Stream } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { ChatMembers } from "../domain/ChatMembers.ts"
import * as EventStream from "../platform/http/contract/EventStream.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { Nodes, type NodesNow } from "../platform/jobs/Nodes.ts"
import { whileAway } from "../platform/jobs/run/retryDefects.ts"
import { Lifecycle } from "../platform/lifecycle/Lifecycle.ts"
import { type MonitoringApi, Nodes as NodesView } from "./Api.ts"
import { Monitoring } from "./Monitoring.ts"

const healthy = { status: "ok" } as const

const encode = Schema.encodeSync(Schema.parseJson(NodesView))

/** Handlers that decode, call and encode. A request for the servers that accepts an event stream gets a stream. */
export const handlers = Effect.map(
  Effect.all([Monitoring, Nodes, ChatMembers, Lifecycle, AppConfig], { concurrency: 1 }),
  ([monitoring, nodes, chatMembers, lifecycle, config]): Handlers<typeof MonitoringApi> => {
    const withMembers = (now: NodesNow) =>
      Effect.map(chatMembers, (members) => ({
        ...now,
        nodes: now.nodes.map((node) => ({ ...node, chat_members: members.get(node.id) ?? 0 }))
      }))
    const events = Stream.map(
      Stream.mapEffect(nodes.watch, (now) => whileAway(withMembers(now))),
      (now) => EventStream.stateEvent("nodes", encode(now))
    )
    return {
      monitoredEndpoint: () => monitoring.monitored,
      measured: () => monitoring.measured,
      live: () => Effect.succeed(healthy),
      ready: () => Effect.as(monitoring.ready, healthy),
      nodes: ({ request }) =>
        EventStream.negotiated(
          request,
          Effect.flatMap(nodes.list, withMembers),
          EventStream.states(
            config,
            { seen: EventStream.lastEventId(request), stopping: lifecycle.stopping },
            events
          )
        )
    }
  }
)
