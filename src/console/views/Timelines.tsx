import { say } from "../texts.ts"

/** The view `#/timelines`: opens a recording. */
export const Timelines = () => <h1>{say("Chronologies", "Timelines")}</h1>
