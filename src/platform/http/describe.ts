import { OpenApi } from "@effect/platform"

/** What the documentation says of an operation, or of a group of them. */
export const describe = (summary: string, description: string) => OpenApi.annotations({ summary, description })
