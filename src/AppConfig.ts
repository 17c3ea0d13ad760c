import { Config, ConfigProvider, Context, Effect, Layer } from "effect"
import { chat } from "./settings/Chat.ts"
import { data } from "./settings/Data.ts"
import { jobs } from "./settings/Jobs.ts"
import { lab } from "./settings/Lab.ts"
import { listening } from "./settings/Listening.ts"
import { mail } from "./settings/Mail.ts"
import { modelledWork } from "./settings/ModelledWork.ts"
import { otlp } from "./settings/Otlp.ts"
import { predictions } from "./settings/Predictions.ts"
import { requests } from "./settings/Requests.ts"
import { threads } from "./settings/Threads.ts"
import { timelines } from "./settings/Timelines.ts"
import { upstream } from "./settings/Upstream.ts"

export { partOf } from "./settings/Setting.ts"

/**
 * All settings of the product, by their key in `AppConfig`. Nothing else reads the environment, except `Policies` for
 * the policies. Each limit stands once, in the group of the bounded part, with its unit and reason.
 */
export const settings = {
  ...listening,
  ...data,
  ...upstream,
  ...mail,
  ...requests,
  ...threads,
  ...chat,
  ...jobs,
  ...lab,
  ...modelledWork,
  ...predictions,
  ...timelines,
  ...otlp
}

export type Values = { readonly [K in keyof typeof settings]: Config.Config.Success<(typeof settings)[K]["config"]> }

const all: Config.Config<Values> = Config.all(
  Object.fromEntries(Object.entries(settings).map(([key, { config }]) => [key, config]))
) as never

const defaults = Effect.withConfigProvider(all, ConfigProvider.fromMap(new Map()))

/** The settings in force, each read once at the start. */
export class AppConfig extends Context.Tag("barista/AppConfig")<AppConfig, Values>() {
  /** Reads the environment; fails with one line for each bad variable. */
  static readonly layer = Layer.effect(AppConfig, all)

  /** Makes the defaults with some values replaced; reads no environment. */
  static readonly layerWith = (overrides: Partial<Values>) =>
    Layer.effect(AppConfig, Effect.map(defaults, (values) => ({ ...values, ...overrides })))
}
