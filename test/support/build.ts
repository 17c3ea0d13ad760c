import { bundle } from "../../scripts/build.mjs"

/** Worker threads are started from built JavaScript, so the bundles are made once before the tests. */
export default async () => {
  await bundle(["main"])
}
