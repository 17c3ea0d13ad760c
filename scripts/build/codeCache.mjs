// Run by build.mjs: starts dist/main.js in this process, asks it for something, and keeps beside it what V8 has compiled of its bundle until then.
// The arguments: the folder of the built files, and the port that the environment has the server listen on.
import { writeFileSync } from "node:fs"
import { get } from "node:http"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { pathToFileURL } from "node:url"

const [dist = "dist", port = "3000"] = process.argv.slice(2)

/** @param {string} path @returns {Promise<boolean>} */
const answers = (path) =>
  new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode === 200))
    }).once("error", () => resolve(false))
  })

const { makeCodeCache } = await import(pathToFileURL(join(dist, "main.js")).href)
while (!await answers("/health/ready")) await setTimeout(10)
await answers("/users/")
writeFileSync(join(dist, "main.cache"), makeCodeCache())
process.kill(process.pid, "SIGTERM")
