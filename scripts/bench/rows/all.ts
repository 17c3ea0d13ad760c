import type { Row } from "../suite/Row.ts"
import { batch } from "./batch.ts"
import { body, query } from "./decoding.ts"
import { transfers } from "./transfers.ts"
import { trivial } from "./trivial.ts"
import { create, list, profile } from "./users.ts"

/** Every row, in the order in which they are measured. */
export const all: ReadonlyArray<Row> = [trivial, query, body, list, profile, create, ...transfers, batch]
