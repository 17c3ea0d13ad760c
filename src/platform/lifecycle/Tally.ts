/** Amounts by client, each with the same bound. */
export class Tally {
  private readonly most: number
  private readonly counts = new Map<string, number>()

  constructor(most: number) {
    this.most = most
  }

  /** True if the client may have `amount` more. */
  hasRoom(client: string, amount: number): boolean {
    return (this.counts.get(client) ?? 0) + amount <= this.most
  }

  add(client: string, amount: number): void {
    this.counts.set(client, (this.counts.get(client) ?? 0) + amount)
  }

  remove(client: string, amount: number): void {
    const left = (this.counts.get(client) ?? 0) - amount
    if (left > 0) this.counts.set(client, left)
    else this.counts.delete(client)
  }
}
