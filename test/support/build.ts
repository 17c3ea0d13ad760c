import { bundle } from "../../scripts/build.mjs"

/** Builds the bundles once before the tests, as worker threads and the console are built JavaScript. */
export default async () => {
  await bundle(["main", "console", "simulate/live/thread"])
}
