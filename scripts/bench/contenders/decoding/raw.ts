// The operations of ./Api.ts by hand, with the same rules checked one by one.

/** An issue of an input, as the product's 422 lists it. */
export interface Issue {
  readonly loc: ReadonlyArray<string | number>
  readonly msg: string
  readonly type: string
}

/** An answer to encode, or the issues that prevent it. */
export type Result = { readonly answer: unknown } | { readonly issues: ReadonlyArray<Issue> }

const wrong = (msg: string, ...loc: ReadonlyArray<string | number>): Issue => ({ loc, msg, type: "value_error" })

const digits = /^(0|[1-9][0-9]{0,15})$/

/** Reads a whole number in digits, within a range. */
const whole = (written: string | null, least: number, most: number): number | undefined => {
  if (written === null || !digits.test(written)) return undefined
  const value = Number(written)
  return value >= least && value <= most ? value : undefined
}

export const item = (written: string, query: URLSearchParams): Result => {
  const id = whole(written, 1, Number.MAX_SAFE_INTEGER)
  const limit = whole(query.get("limit"), 1, 1000)
  const text = query.get("text")
  if (id !== undefined && limit !== undefined && text !== null && text.length >= 1 && text.length <= 200) {
    return { answer: { id, limit, text, length: text.length, even: id % 2 === 0 } }
  }
  const issues: Array<Issue> = []
  if (id === undefined) issues.push(wrong(`must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`, "path", "id"))
  if (limit === undefined) issues.push(wrong("must be a whole number from 1 to 1000", "query", "limit"))
  if (text === null || text.length < 1 || text.length > 200) {
    issues.push(wrong("must have 1 to 200 characters", "query", "text"))
  }
  return { issues }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isWhole = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most

const sku = /^[A-Z0-9-]{1,40}$/

export const order = (body: unknown): Result => {
  if (!isRecord(body)) return { issues: [wrong("must be a JSON object", "body")] }
  const { currency, customer, express, lines, reference } = body
  const issues: Array<Issue> = []
  if (!isWhole(reference, 1, Number.MAX_SAFE_INTEGER)) issues.push(wrong("must be an id", "body", "reference"))
  if (typeof customer !== "string" || customer.length < 1 || customer.length > 100) {
    issues.push(wrong("must have 1 to 100 characters", "body", "customer"))
  }
  if (currency !== "EUR" && currency !== "USD") issues.push(wrong("must be EUR or USD", "body", "currency"))
  if (typeof express !== "boolean") issues.push(wrong("must be true or false", "body", "express"))
  if (!Array.isArray(lines) || lines.length < 1 || lines.length > 100) {
    return { issues: [...issues, wrong("must have 1 to 100 lines", "body", "lines")] }
  }
  let pieces = 0
  let total_cents = 0
  for (let n = 0; n < lines.length; n++) {
    const line: unknown = lines[n]
    if (!isRecord(line)) {
      issues.push(wrong("must be an object", "body", "lines", n))
      continue
    }
    const { cents, quantity } = line
    if (typeof line["sku"] !== "string" || !sku.test(line["sku"])) {
      issues.push(wrong("must be a stock keeping unit", "body", "lines", n, "sku"))
    }
    if (!isWhole(quantity, 1, 1000)) issues.push(wrong("must be 1 to 1000", "body", "lines", n, "quantity"))
    else if (!isWhole(cents, 0, 100_000_000)) issues.push(wrong("must be cents", "body", "lines", n, "cents"))
    else {
      pieces += quantity
      total_cents += quantity * cents
    }
  }
  return issues.length > 0 ? { issues } : { answer: { reference, customer, currency, pieces, total_cents } }
}
