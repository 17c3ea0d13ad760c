/** The place of an element in a queue. */
export interface Entry<A> {
  readonly value: A
  previous: Entry<A> | undefined
  next: Entry<A> | undefined
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
    const entry: Entry<A> = { value, previous: this.tail, next: undefined }
    if (this.tail === undefined) this.head = entry
    else this.tail.next = entry
    this.tail = entry
    return entry
  }

  /** Removes an entry, which must be in this queue. */
  remove(entry: Entry<A>): void {
    if (entry.previous === undefined) this.head = entry.next
    else entry.previous.next = entry.next
    if (entry.next === undefined) this.tail = entry.previous
    else entry.next.previous = entry.previous
  }
}
