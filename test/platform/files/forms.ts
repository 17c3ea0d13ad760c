import { Effect } from "effect"
import { type Answer, json, send } from "../../support/send.ts"

export const boundary = "----FormBoundary7MA4YWxkTrZu0gW"

/** Makes a part as bytes; `headers` are written unchanged. */
export const part = (headers: ReadonlyArray<string>, content: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n")
  ])

export const end = Buffer.from(`--${boundary}--\r\n`)

export const filePart = (disposition: string, content: string | Buffer, contentType = "text/plain") =>
  part([`Content-Disposition: form-data; ${disposition}`, `Content-Type: ${contentType}`], content)

export const file = (filename: string, content: string | Buffer, field = "file") =>
  filePart(`name="${field}"; filename="${filename}"`, content)

export const form = (...parts: ReadonlyArray<Buffer>) => Buffer.concat([...parts, end])

export const multipart = `multipart/form-data; boundary=${boundary}`

const parsed = (answer: Answer) => {
  const isJson = answer.headers["content-type"]?.includes("json") === true && answer.text !== ""
  return { ...answer, body: isJson ? json(answer) : undefined }
}

/** Requests a path; `body` is the answer's JSON, if it is JSON. */
export const ask = (...parts: Parameters<typeof send>) => (...request: Parameters<ReturnType<typeof send>>) =>
  Effect.map(send(...parts)(...request), parsed)

/** Posts a form in chunks, as streaming clients do and browsers do not. */
export const upload = (port: number, body: Buffer, path = "/") =>
  ask(port)("POST", path, { headers: { "content-type": multipart }, body, chunked: true })
