import { Context, type Effect } from "effect"

/** Counts the members of the chat by the name of their server. The chat provides this port to the other chapters. */
export class ChatMembers
  extends Context.Tag("barista/domain/ChatMembers")<ChatMembers, Effect.Effect<ReadonlyMap<string, number>>>()
{}
