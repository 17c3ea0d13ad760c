import { bundle } from "../../scripts/build.mjs"

/** Builds the bundles once before the tests, as worker threads start from built JavaScript. */
export default async () => {
  await bundle(["main"])
}
