import { inject } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    readonly httpAdapter: "compiled" | "platform"
  }
}

/** The adapter under test. The whole HTTP suite runs once with each adapter (vitest.config.ts). */
export const httpAdapter = inject("httpAdapter")
