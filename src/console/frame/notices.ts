import { signal } from "@preact/signals"

export interface Told {
  readonly id: number
  readonly tone: "error" | "info"
  readonly title: string
  readonly detail: string
}

/** The notices that stand in the corner of the page, oldest first. */
export const notices = signal<ReadonlyArray<Told>>([])

/** Notices shown at once; an older one leaves for a newer one. */
const most = 4

let told = 0

/** Tells the reader something that no view has a place for. The same notice stands there once. */
export const tell = (tone: Told["tone"], title: string, detail = ""): void => {
  const others = notices.peek().filter((other) => other.title !== title || other.detail !== detail)
  notices.value = [...others, { id: ++told, tone, title, detail }].slice(-most)
}

export const dismiss = (id: number): void => {
  notices.value = notices.peek().filter((notice) => notice.id !== id)
}
