import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import type { Pages } from "./Pages.ts"

/** Reads the next page of a list, while there is one. */
export function MoreButton<Row>({ pages }: { readonly pages: Pages<Row> }) {
  return pages.next.value === undefined ? null : (
    <p class="more">
      <Button onClick={() => void pages.more()}>{say("La suite", "More")}</Button>
    </p>
  )
}
