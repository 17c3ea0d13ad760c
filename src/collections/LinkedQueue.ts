/**
 * The place of an element in a queue. A class, since V8 learns for an object literal whether its objects live long, and
 * those of a queue of timelines do, but those of the requests under way do not.
 */
export class Entry<A> {
  readonly value: A
  previous: Entry<A> | undefined
  next: Entry<A> | undefined = undefined

  constructor(value: A, previous: Entry<A> | undefined) {
    this.value = value
    this.previous = previous
  }
}

/**
 * Keeps elements first in, first out, and lets them leave from the middle; each operation takes constant time. A `Set`
 * takes linear time to find its first element after many removals.
 */
export class LinkedQueue<A> {
  private head: Entry<A> | undefined
  private tail: Entry<A> | undefined

  /** Returns the entry of the oldest element. */
  get first(): Entry<A> | undefined {
    return this.head
  }

  /** Returns the entry of the newest element. */
  get last(): Entry<A> | undefined {
    return this.tail
  }

  add(value: A): Entry<A> {
    const entry = new Entry(value, this.tail)
    if (this.tail === undefined) this.head = entry
    else this.tail.next = entry
    this.tail = entry
    return entry
  }

  /**
   * Removes an entry, which must be in this queue. Its links are cleared: a dead entry in the old space would keep all
   * that came after it until the next collection of that space.
   */
  remove(entry: Entry<A>): void {
    const { next, previous } = entry
    if (previous === undefined) this.head = next
    else previous.next = next
    if (next === undefined) this.tail = previous
    else next.previous = previous
    entry.previous = undefined
    entry.next = undefined
  }
}
