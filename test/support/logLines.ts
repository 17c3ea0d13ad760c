import { Effect, Logger } from "effect"

/** Makes a logger that keeps every line with the clock's time in milliseconds, oldest first. */
export const logLines = Effect.sync(() => {
  const lines: Array<readonly [number, string]> = []
  const logger = Logger.make(({ date, message }) => {
    lines.push([date.getTime(), String(message)])
  })
  const layer = Logger.replace(Logger.defaultLogger, logger)
  return { lines, texts: () => lines.map(([, line]) => line), layer }
})
