import { Effect, Order, Schedule } from "effect"
import type { ChatClient } from "./client.ts"

/** Characters of the messages in turn, as people talk. */
export const talkSizes = [12, 90, 30, 140, 250, 45, 20, 110]

const words = "un café crème, s'il vous plaît ; "

/** Makes a message of a number and as many characters as that number's turn asks for. */
export const messageOf = (number: number, sizes: ReadonlyArray<number>): string => {
  const size = sizes[number % sizes.length] ?? 0
  return `${number} ${words.repeat(Math.ceil(size / words.length)).slice(0, size)}`
}

/** Pause between two looks at the messages that are due. */
const tick = "2 millis"

interface Line {
  readonly bytes: Buffer
  readonly text: string
  /** The speaker; none for a line that is no message, such as a leaving. */
  readonly speaker: number | undefined
}

interface Listener {
  readonly client: ChatClient
  /** Lines read. */
  read: number
  /** Messages sent. */
  said: number
  /** The limit on its messages. */
  limit: number
  /** Times at which the messages were sent that have not returned. */
  readonly saidAt: Array<number>
}

const lineOf = (received: Buffer): Line => {
  // a copy, as the clients read on into the same buffer
  const bytes = Buffer.from(received)
  const text = String(bytes)
  const speaker = /^Client (\d+): /.exec(text)?.[1]
  return { bytes, text, speaker: speaker === undefined ? undefined : Number(speaker) }
}

/**
 * Connects the clients that keep the rules. All must read the same lines in the same places as the first client. Each
 * speaker sends its next message when its last one has returned, so server and clients set the load.
 */
export const makeRoom = (clients: ReadonlyArray<ChatClient>, sizes: ReadonlyArray<number>) => {
  const lines: Array<Line> = []
  const differences: Array<string> = []
  const milliseconds: Array<number> = []
  const listeners = clients.map((client): Listener => ({ client, read: 0, said: 0, limit: 0, saidAt: [] }))

  const say = (listener: Listener): void => {
    listener.saidAt.push(performance.now())
    listener.client.say(messageOf(listener.said++, sizes))
  }

  const speak = (listener: Listener): void => {
    if (listener.said < listener.limit) say(listener)
  }

  const hear = (listener: Listener, received: Buffer, start: number, end: number): void => {
    const line = lines[listener.read] ??= lineOf(received.subarray(start, end))
    if (line.bytes.compare(received, start, end) !== 0) {
      differences.push(`client ${listener.client.id} at line ${listener.read}`)
    }
    listener.read += 1
    if (line.speaker !== listener.client.id) return
    milliseconds.push(performance.now() - (listener.saidAt.shift() ?? 0))
    speak(listener)
  }

  for (const listener of listeners) {
    listener.client.ear = (bytes, start, end) => hear(listener, bytes, start, end)
  }

  const sum = (count: (listener: Listener) => number) =>
    listeners.reduce((total, listener) => total + count(listener), 0)

  const begin = (speakers: number, messages: number) =>
    Effect.sync(() => {
      for (const listener of listeners.slice(0, speakers)) {
        listener.limit = listener.said + messages
        speak(listener)
      }
    })

  /**
   * Waits until everyone has read all messages and the given further lines, for a minute at most; then names the
   * clients that have not.
   */
  const settle = (others: number) => {
    const missing = Effect.sync(() => {
      const all = sum(({ said }) => said) + others
      return listeners.filter(({ read }) => read < all).map(({ client, read }) =>
        `client ${client.id} has read ${read} of ${all} lines${client.isOpen ? "" : " and is closed"}`
      )
    })
    return missing.pipe(
      Effect.repeat({ until: (behind) => behind.length === 0, schedule: Schedule.spaced("2 millis") }),
      Effect.timeoutTo({ duration: "1 minute", onSuccess: () => Effect.succeed([]), onTimeout: () => missing }),
      Effect.flatten
    )
  }

  /** Sends messages at a fixed rate, whether or not earlier ones have returned (open loop). */
  const sayAt = Effect.fnUntraced(function*(perSecond: number, seconds: number) {
    const began = performance.now()
    let sent = 0
    while (sent < perSecond * seconds) {
      const due = Math.min(perSecond * seconds, (performance.now() - began) * perSecond / 1000)
      for (; sent < due; sent++) {
        const listener = listeners[sent % listeners.length]
        if (listener !== undefined) say(listener)
      }
      yield* Effect.sleep(tick)
    }
  })

  return {
    lines: lines as ReadonlyArray<Line>,
    /** Places where two clients have read different lines. */
    differences: differences as ReadonlyArray<string>,
    /** The time from each message until its speaker read it, ascending. */
    milliseconds: () => milliseconds.toSorted(Order.number),
    deliveries: () => sum(({ read }) => read),
    said: () => sum(({ said }) => said),
    /** Lets the first clients send the given number of messages each. */
    begin,
    /** Stops counting. */
    leave: () => {
      for (const { client } of listeners) client.ear = undefined
    },
    /** Lets the first clients talk for so long, until everyone has read all; names the clients that have not. */
    talk: (speakers: number, seconds: number) =>
      begin(speakers, Infinity).pipe(
        Effect.zipRight(Effect.sleep(seconds * 1000)),
        Effect.tap(() => {
          for (const listener of listeners) listener.limit = 0
        }),
        Effect.zipRight(settle(0))
      ),
    /** Lets all clients talk at a fixed rate for so long, until everyone has read all; names those that have not. */
    talkAt: (perSecond: number, seconds: number) => Effect.zipRight(sayAt(perSecond, seconds), settle(0)),
    /** Waits for the given number of lines. */
    hearLines: (count: number) =>
      Effect.repeat(Effect.sync(() => lines.length >= count), {
        until: (enough) => enough,
        schedule: Schedule.spaced("10 millis")
      }),
    settle
  }
}
export type Room = ReturnType<typeof makeRoom>

/** Lists messages that are missing, repeated, out of their speaker's order, or not their upper-case text. */
export const misquotes = (lines: ReadonlyArray<Line>, sizes: ReadonlyArray<number>): ReadonlyArray<string> => {
  const next = new Map<number, number>()
  return lines.flatMap(({ speaker, text }, place) => {
    if (speaker === undefined) return []
    const number = next.get(speaker) ?? 0
    next.set(speaker, number + 1)
    const right = text === `Client ${speaker}: ${messageOf(number, sizes).toUpperCase()}`
    return right ? [] : [`line ${place}: ${text.slice(0, 60)}, expected was message ${number} of ${speaker}`]
  })
}
