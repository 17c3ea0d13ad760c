import type { WaitDetails } from "../domain/Wait.ts"

/** The kinds of events of a recording, with their two numbers. */
export const kinds = {
  /** A fiber began: its parent or `nobody`, and the fiber that forked it on behalf of the parent. */
  start: 0,
  /** A fiber may run: the fiber that woke it, or `nobody` for a timer or the outside world. */
  ready: 1,
  run: 2,
  /** A fiber stopped running: the id on which it waits, and the number of the wait's details; or `nobody`. */
  suspend: 3,
  /** A fiber ended: its outcome, and that of what it ran if it succeeded with the exit of that. */
  end: 4,
  /** A fiber will sleep: milliseconds. */
  sleep: 5,
  /** Somebody asked for an interruption: the id that asks, and the fiber that runs meanwhile. */
  ask: 6,
  /** A fiber began to unwind after an interruption. */
  honour: 7,
  /** A policy began an attempt: its number, from 1, and the number of the policy's name. */
  attempt: 8,
  /** A policy pauses before the next attempt: milliseconds. */
  pause: 9,
  /** A timeout of a policy fired: the id by which it interrupts. */
  timeout: 10,
  /** A span began: the number of its name, and its own number within the recording. */
  span: 11,
  /** A span ended: its number, and its outcome. */
  spanEnd: 12,
  /** The part of a fiber that a timeout interrupted has ended: the id by which it was interrupted. */
  region: 13,
  /** The server ends what still runs: interruptions from outside of the recording have this cause from now on. */
  stop: 14,
  /** A part of a policy refused: the number of the reason, and that of the policy's name. */
  refused: 15,
  /** A further copy of a slow attempt began: its number, from 2, and the number of the policy's name. */
  hedged: 16,
  /** A retry or a copy was not made, because the budget had none: the number of the policy's name. */
  budgetSpent: 17,
  /** An attempt opened the breaker: milliseconds, and the number of the policy's name. */
  breakerOpened: 18
} as const

export type Kind = (typeof kinds)[keyof typeof kinds]

/** The id of no fiber and of no reason. */
export const nobody = 0x7f_ff_ff_ff

/** One event of a recording, with its time in nanoseconds. */
export interface Event {
  readonly time: number
  readonly kind: number
  readonly fiber: number
  readonly a: number
  readonly b: number
}

/** Events of a block, which one recording fills alone. A short request fills about one block. */
export const blockEvents = 64

/** Bytes of an event in the typed arrays of a page. */
export const eventBytes = 21

/** Blocks of a page: 168 KiB are allocated at once. */
const pageBlocks = 128

/** The events of many blocks, in typed arrays, so that an event makes no garbage. */
class Page {
  readonly times = new Float64Array(pageBlocks * blockEvents)
  readonly kinds = new Uint8Array(pageBlocks * blockEvents)
  readonly fibers = new Int32Array(pageBlocks * blockEvents)
  readonly as = new Int32Array(pageBlocks * blockEvents)
  readonly bs = new Int32Array(pageBlocks * blockEvents)

  event(at: number): Event {
    return {
      time: this.times[at] ?? 0,
      kind: this.kinds[at] ?? 0,
      fiber: this.fibers[at] ?? nobody,
      a: this.as[at] ?? nobody,
      b: this.bs[at] ?? nobody
    }
  }
}

/**
 * The memory for the events of all recordings: blocks that are handed out, given back and used again. Pages are
 * allocated when they are first needed, and stay.
 */
export class EventMemory {
  /** Blocks that may be in use at once. */
  readonly blocks: number
  private readonly pages: Array<Page> = []
  private readonly free: Array<number> = []
  private made = 0
  /** Events that the logs have lost since the start. */
  lost = 0
  private readonly makeRoom: () => void

  /** `makeRoom` is called when all blocks are in use, and may give some back. */
  constructor(blocks: number, makeRoom: () => void = () => undefined) {
    this.blocks = blocks
    this.makeRoom = makeRoom
  }

  get bytes(): number {
    return this.pages.length * pageBlocks * blockEvents * eventBytes
  }

  /** Hands out a block; undefined if none is free. */
  take(): number | undefined {
    if (this.free.length === 0 && this.made === this.blocks) this.makeRoom()
    const free = this.free.pop()
    if (free !== undefined || this.made === this.blocks) return free
    if (this.made % pageBlocks === 0) this.pages.push(new Page())
    return this.made++
  }

  giveBack(blocks: ReadonlyArray<number>): void {
    for (const block of blocks) this.free.push(block)
  }

  pageOf(block: number): Page | undefined {
    return this.pages[Math.floor(block / pageBlocks)]
  }
}

const positionOf = (block: number): number => (block % pageBlocks) * blockEvents

/** Starts of living fibers and open spans that are kept from dropped blocks. */
const mostStarts = 1_000

/** Distinguishes fibers from spans, which have numbers of their own. */
const keyOfSpan = (span: number): number => -1 - span

/** Details of events that one recording keeps; further events go without. */
const mostDetails = 2_000

/** The newest events of one recording, in blocks. Beyond its bound, or without room, the oldest block is reused. */
export class EventLog {
  private readonly memory: EventMemory
  private readonly mostBlocks: number
  private readonly blocks: Array<number> = []
  private page: Page | undefined
  private next = 0
  private end = 0
  private starts: Map<number, Event> | undefined
  private isClosed = false
  private details: Array<WaitDetails> = []
  /** Events that were dropped, or came when there was no room. */
  lost = 0

  constructor(memory: EventMemory, mostEvents: number) {
    this.memory = memory
    this.mostBlocks = Math.max(1, Math.ceil(mostEvents / blockEvents))
  }

  /** Events that can be read. */
  get size(): number {
    return this.blocks.reduce((size, block) => size + this.usedOf(block), 0)
  }

  add(time: number, kind: Kind, fiber: number, a: number, b: number): void {
    if (this.next === this.end) this.extend()
    const { page } = this
    if (page === undefined) return
    const at = this.next++
    page.times[at] = time
    page.kinds[at] = kind
    page.fibers[at] = fiber
    page.as[at] = a
    page.bs[at] = b
  }

  /** Keeps details, and returns their number for an event. */
  note(details: WaitDetails | undefined): number {
    if (details === undefined || this.isClosed || this.details.length === mostDetails) return nobody
    return this.details.push(details) - 1
  }

  detailsOf(number: number): WaitDetails | undefined {
    return this.details[number]
  }

  /** Takes no more events. */
  close(): void {
    this.isClosed = true
    this.end = this.next
    this.page = undefined
  }

  /** Gives the memory back; the events are gone. */
  release(): void {
    this.close()
    this.memory.giveBack(this.blocks.splice(0))
    this.starts = undefined
    this.details = []
  }

  private extend(): void {
    if (this.isClosed) return
    const block = (this.blocks.length < this.mostBlocks ? this.memory.take() : undefined) ?? this.dropOldest()
    if (block === undefined) {
      this.page = undefined
      this.lost++
      this.memory.lost++
      return
    }
    this.blocks.push(block)
    this.page = this.memory.pageOf(block)
    this.next = positionOf(block)
    this.end = this.next + blockEvents
  }

  private dropOldest(): number | undefined {
    const block = this.blocks.shift()
    if (block === undefined) return undefined
    for (const event of this.eventsOf(block)) this.keepStart(event)
    this.lost += blockEvents
    this.memory.lost += blockEvents
    return block
  }

  /** Keeps the starts of fibers and spans for as long as they last. */
  private keepStart(event: Event): void {
    const starts = this.starts ??= new Map()
    const { a, b, fiber, kind } = event
    if (kind === kinds.end) starts.delete(fiber)
    else if (kind === kinds.spanEnd) starts.delete(keyOfSpan(a))
    else if (starts.size < mostStarts) {
      if (kind === kinds.start) starts.set(fiber, event)
      else if (kind === kinds.span) starts.set(keyOfSpan(b), event)
    }
  }

  private usedOf(block: number): number {
    return block === this.blocks.at(-1) ? this.next - positionOf(block) : blockEvents
  }

  private eventsOf(block: number): ReadonlyArray<Event> {
    const page = this.memory.pageOf(block)
    if (page === undefined) return []
    const from = positionOf(block)
    return Array.from({ length: this.usedOf(block) }, (_, index) => page.event(from + index))
  }

  /** The events of the newest blocks, oldest first. */
  readNewest(blocks: number): ReadonlyArray<Event> {
    return this.blocks.slice(-blocks).flatMap((block) => this.eventsOf(block))
  }

  /** The events, oldest first. A fiber whose start was dropped starts all the same, and waits until its next event. */
  read(): ReadonlyArray<Event> {
    const kept = [...this.starts?.values() ?? []].flatMap((event): ReadonlyArray<Event> =>
      event.kind === kinds.start
        ? [event, { ...event, kind: kinds.run, a: nobody }, { ...event, kind: kinds.suspend, a: nobody }]
        : [event]
    )
    return [...kept, ...this.blocks.flatMap((block) => this.eventsOf(block))]
  }
}
