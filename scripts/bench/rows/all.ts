import type { Row } from "../suite/Row.ts"
import { batch } from "./batch.ts"
import { chat } from "./chat.ts"
import { cpu } from "./cpu.ts"
import { body, query } from "./decoding.ts"
import { registrations } from "./registrations.ts"
import { sleeping } from "./sleepers.ts"
import { starting } from "./start.ts"
import { transfers } from "./transfers.ts"
import { trivial } from "./trivial.ts"
import { uploading } from "./upload.ts"
import { create, list, profile } from "./users.ts"

/** All rows, in the order of their measurement. */
export const all: ReadonlyArray<Row> = [
  trivial,
  query,
  body,
  list,
  profile,
  create,
  ...transfers,
  batch,
  ...chat,
  ...cpu,
  sleeping,
  uploading,
  registrations,
  starting
]
