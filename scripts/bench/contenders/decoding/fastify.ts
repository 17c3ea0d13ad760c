import type { FastifyPluginCallback } from "fastify"

// The operations of ./Api.ts with Fastify's schemas: ajv checks, fast-json-stringify encodes.

const id = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }
const currency = { type: "string", enum: ["EUR", "USD"] }

const itemSchema = {
  params: { type: "object", required: ["id"], properties: { id } },
  querystring: {
    type: "object",
    required: ["limit", "text"],
    properties: {
      limit: { type: "integer", minimum: 1, maximum: 1000 },
      text: { type: "string", minLength: 1, maxLength: 200 }
    }
  },
  response: {
    200: {
      type: "object",
      required: ["id", "limit", "text", "length", "even"],
      properties: {
        id: { type: "integer" },
        limit: { type: "integer" },
        text: { type: "string" },
        length: { type: "integer" },
        even: { type: "boolean" }
      }
    }
  }
}

const orderSchema = {
  body: {
    type: "object",
    required: ["reference", "customer", "currency", "express", "lines"],
    properties: {
      reference: id,
      customer: { type: "string", minLength: 1, maxLength: 100 },
      currency,
      express: { type: "boolean" },
      lines: {
        type: "array",
        minItems: 1,
        maxItems: 100,
        items: {
          type: "object",
          required: ["sku", "quantity", "cents"],
          properties: {
            sku: { type: "string", pattern: "^[A-Z0-9-]{1,40}$" },
            quantity: { type: "integer", minimum: 1, maximum: 1000 },
            cents: { type: "integer", minimum: 0, maximum: 100_000_000 }
          }
        }
      }
    }
  },
  response: {
    200: {
      type: "object",
      required: ["reference", "customer", "currency", "pieces", "total_cents"],
      properties: {
        reference: { type: "integer" },
        customer: { type: "string" },
        currency: { type: "string" },
        pieces: { type: "integer" },
        total_cents: { type: "integer" }
      }
    }
  }
}

interface Item {
  readonly Params: { readonly id: number }
  readonly Querystring: { readonly limit: number; readonly text: string }
}

interface Order {
  readonly Body: {
    readonly reference: number
    readonly customer: string
    readonly currency: string
    readonly lines: ReadonlyArray<{ readonly quantity: number; readonly cents: number }>
  }
}

export const decoding: FastifyPluginCallback = (app, _, done) => {
  app.get<Item>("/items/:id", { schema: itemSchema }, ({ params: { id }, query: { limit, text } }, reply) => {
    reply.send({ id, limit, text, length: text.length, even: id % 2 === 0 })
  })
  app.post<Order>("/orders", { schema: orderSchema }, ({ body: { currency, customer, lines, reference } }, reply) => {
    let pieces = 0
    let total_cents = 0
    for (const { cents, quantity } of lines) {
      pieces += quantity
      total_cents += quantity * cents
    }
    reply.send({ reference, customer, currency, pieces, total_cents })
  })
  done()
}
