import { basename, dirname } from "node:path"
import { beforeEach } from "vitest"
const others = {
  "same": {},
  "fewer": {
    "POLICY_UNRELIABLE": "{\"retry\":{\"attempts\":2,\"backoff\":{\"kind\":\"linear\",\"base\":\"1 second\"}}}",
    "POLICY_SAFE_CALL": "{\"timeout\":\"4 seconds\"}",
    "POLICY_SLOW_OPERATION": "{\"timeout\":\"4 seconds\"}",
    "POLICY_UPSTREAM": "{\"timeout\":\"500 millis\"}",
    "POLICY_BATCH": "{\"concurrency\":2}"
  },
  "slower": {
    "POLICY_UNRELIABLE": "{\"retry\":{\"attempts\":3,\"backoff\":{\"kind\":\"exponential\",\"base\":\"1500 millis\"}}}",
    "POLICY_BATCH": "{\"concurrency\":4}",
    "POLICY_SLOW_OPERATION": "{}"
  }
}
beforeEach(({ task }) => {
  for (const name of Object.keys(process.env)) if (name.startsWith("POLICY_")) delete process.env[name]
  Object.assign(process.env, others[basename(dirname(task.file.filepath))])
})
