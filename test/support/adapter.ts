/** The adapter under test: the whole HTTP suite runs once by each of them (vitest.config.ts). */
export const httpAdapter = process.env["HTTP_ADAPTER"] === "platform" ? "platform" : "compiled"
