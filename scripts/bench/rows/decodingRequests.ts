import type { Request } from "../load/Load.ts"

const many = Array.from({ length: 1000 }, (_, n) => n)

/** Requests with ids of all lengths, and texts with characters that a URL escapes. */
export const items: ReadonlyArray<Request> = many.map((n) => ({
  method: "GET",
  path: `/items/${1 + n * 8_999_999_999_999}?limit=${1 + n}&text=${encodeURIComponent(`un café crème n° ${n}`)}`
}))

const line = (n: number) => ({ sku: `CAFE-${n}`, quantity: 1 + (n % 20), cents: 250 + n })

/** Orders of one to five lines. */
export const orders: ReadonlyArray<Request> = many.map((n) => ({
  method: "POST",
  path: "/orders",
  body: JSON.stringify({
    reference: 1 + n * 8_999_999_999_999,
    customer: `Zoé Müller ${n}`,
    currency: n % 3 === 0 ? "USD" : "EUR",
    express: n % 2 === 0,
    lines: Array.from({ length: 1 + (n % 5) }, (_, place) => line(n + place))
  })
}))
