import { inject } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    readonly httpAdapter: "compiled" | "platform"
  }
}

/** The adapter under test: the whole HTTP suite runs once by each of them (vitest.config.ts). */
export const httpAdapter = inject("httpAdapter")
