import { Console, Context, DefaultServices, FiberId, FiberRefs, Logger } from "effect"
import { Console as NodeConsole } from "node:console"
import { Writable } from "node:stream"

type Options = Logger.Logger.Options<unknown>

/**
 * Formats log entries by Effect's pretty logger. The logger prints by the console of the logging fiber, so a console
 * here keeps the text. Printing would wait for its reader.
 */
export const prettyText = (colors: boolean): (options: Options) => string => {
  let text = ""
  const kept = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, written) => {
      text += chunk
      written()
    }
  })
  const logger = Logger.prettyLogger({ colors, mode: "tty" })
  const unsafe = new NodeConsole({ stdout: kept, colorMode: colors })
  return (options) => {
    text = ""
    const services = FiberRefs.getOrDefault(options.context, DefaultServices.currentServices)
    const keeping = Context.add(services, Console.Console, { ...Context.get(services, Console.Console), unsafe })
    logger.log({
      ...options,
      context: FiberRefs.updateAs(options.context, {
        fiberId: FiberId.none,
        fiberRef: DefaultServices.currentServices,
        value: keeping
      })
    })
    return text
  }
}
