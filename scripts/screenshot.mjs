// Takes the picture of the Lab for the README, by a browser on a server of its own:
// `npm run screenshot -- [FILE [CHROMIUM]]`. The browser is /usr/bin/chromium unless another is named.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "playwright-core"

const file = process.argv[2] ?? "src/lab/lab.webp"
const place = "#/lab/transfer?tasks=4&latency=200&disk=120"
const size = { width: 1360, height: 1490 }
const quality = 0.75

const folder = mkdtempSync(join(tmpdir(), "barista-screenshot-"))
const server = spawn(process.execPath, ["dist/main.js"], {
  stdio: ["ignore", "pipe", "inherit"],
  env: { HOST: "127.0.0.1", PORT: "0", DATA_DIR: folder }
})

/** @returns {Promise<string>} The origin of the server, once it listens. */
const listening = () =>
  new Promise((resolve, reject) => {
    let said = ""
    server.stdout.setEncoding("utf8").on("data", (text) => {
      said += text
      const [, origin] = /listening on (http:\/\/[\d.]+:\d+)/.exec(said) ?? []
      if (origin !== undefined) resolve(origin)
    })
    server.once("close", () => reject(new Error(`the server has ended: ${said}`)))
  })

const browser = await chromium.launch({
  executablePath: process.argv[3] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"]
})
try {
  const page = await browser.newPage({ viewport: size, locale: "en-GB", colorScheme: "light" })
  await page.goto(`${await listening()}/${place}`)
  await page.getByRole("button", { name: "Run both" }).click()
  await page.locator(".lab-way .status-good").nth(1).waitFor()
  await page.waitForSelector(".lab-form [type=submit]:enabled")
  await page.getByRole("treegrid").waitFor()
  await page.mouse.move(0, 0)
  const png = await page.screenshot()
  // a browser encodes WebP, a screenshot of Playwright does not
  const blank = await browser.newPage()
  const webp = await blank.evaluate(`(async () => {
    const png = await (await fetch("data:image/png;base64,${png.toString("base64")}")).blob()
    const bitmap = await createImageBitmap(png)
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height })
    canvas.getContext("2d").drawImage(bitmap, 0, 0)
    return canvas.toDataURL("image/webp", ${quality}).split(",")[1]
  })()`)
  writeFileSync(file, Buffer.from(String(webp), "base64"))
} finally {
  await browser.close()
  server.kill("SIGTERM")
  server.once("close", () => rmSync(folder, { recursive: true, force: true }))
}
