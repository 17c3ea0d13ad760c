import { Either, Schema } from "effect"
import { NamedPolicy } from "../../policy/Policy.ts"
import type { Timeline } from "../Timeline.ts"

const decode = Schema.decodeUnknownEither(NamedPolicy)

/** Reads the policies that were at work. */
export const policiesOf = ({ policies = [] }: Timeline): ReadonlyArray<NamedPolicy> =>
  policies.flatMap((policy) => Either.match(decode(policy), { onLeft: () => [], onRight: (named) => [named] }))
