import { useEffect, useRef } from "preact/hooks"
import { Header } from "./frame/Header.tsx"
import { Notices } from "./frame/Notices.tsx"
import { ServerAway } from "./frame/ServerAway.tsx"
import { TokenDialog } from "./frame/TokenDialog.tsx"
import { ViewFrame } from "./frame/ViewFrame.tsx"
import { viewAt } from "./frame/views.ts"
import { route } from "./router.ts"
import { say } from "./texts.ts"

/** The frame around the views: navigation, notices, the state of the server, and the place of the present view. */
export const App = () => {
  const { id, view: path } = route.value
  const view = viewAt(path)
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  const title = say(...view.title)

  useEffect(() => {
    document.title = `${title} · Barista`
  }, [title])

  useEffect(() => {
    // at the first view the reader has gone nowhere yet
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
    scrollTo(0, 0)
  }, [view, id])

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {say("Aller au contenu", "Skip to the content")}
      </button>
      <Header current={view} />
      <ServerAway />
      <main ref={main} tabIndex={-1} aria-label={title} class="main">
        <ViewFrame key={view.path} view={view} />
      </main>
      <Notices />
      <TokenDialog />
    </>
  )
}
