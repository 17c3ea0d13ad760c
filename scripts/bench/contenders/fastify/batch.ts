import type { FastifyPluginCallback } from "fastify"

const batchSchema = {
  body: { type: "array", maxItems: 1000, items: { type: "string", maxLength: 10_000 } },
  response: {
    200: {
      type: "object",
      required: ["results"],
      properties: { results: { type: "array", items: { type: "string" } } }
    }
  }
}

interface Batch {
  readonly Body: ReadonlyArray<string>
}

const places = 3

/** Permits that all batches share, granted in turn. */
const makePlaces = () => {
  let free = places
  const waiting: Array<() => void> = []
  return {
    take: () => {
      if (free === 0) return new Promise<void>((resolve) => waiting.push(resolve))
      free -= 1
      return undefined
    },
    give: () => {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** Processing that takes no time. */
const processed = async (item: string) => `Processed: ${item}`

export const batch: FastifyPluginCallback = (app, _, done) => {
  const { give, take } = makePlaces()

  const inPlace = async (item: string) => {
    await take()
    try {
      return await processed(item)
    } finally {
      give()
    }
  }

  app.post<Batch>("/batch-process", { schema: batchSchema }, async ({ body }) => ({
    results: await Promise.all(body.map(inPlace))
  }))
  done()
}
