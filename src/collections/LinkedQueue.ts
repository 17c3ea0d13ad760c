/** An element's place in a queue. */
export interface Entry<A> {
  readonly value: A
  previous: Entry<A> | undefined
  next: Entry<A> | undefined
}

/**
 * A first-in-first-out queue whose elements can also leave from the middle, each operation in constant time (a `Set` takes linear time
 * to find its first element after many removals).
 */
export class LinkedQueue<A> {
  private head: Entry<A> | undefined
  private tail: Entry<A> | undefined

  /** The oldest element's entry. */
  get first(): Entry<A> | undefined {
    return this.head
  }

  add(value: A): Entry<A> {
    const entry: Entry<A> = { value, previous: this.tail, next: undefined }
    if (this.tail === undefined) this.head = entry
    else this.tail.next = entry
    this.tail = entry
    return entry
  }

  /** The entry must be in this queue. */
  remove(entry: Entry<A>): void {
    if (entry.previous === undefined) this.head = entry.next
    else entry.previous.next = entry.next
    if (entry.next === undefined) this.tail = entry.previous
    else entry.next.previous = entry.previous
  }
}
