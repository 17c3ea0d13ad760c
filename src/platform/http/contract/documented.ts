import { OpenApi } from "@effect/platform"

/** Gives an operation, or a group of operations, its summary and description in the documentation. */
export const documented = (summary: string, description: string) => OpenApi.annotations({ summary, description })
