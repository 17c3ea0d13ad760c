import { routeText } from "../router.ts"
import { choose, language, say } from "../texts.ts"
import { useCentred } from "../widgets/useCentred.ts"
import { chooseTheme, theme } from "./theme.ts"
import { type View, views } from "./views.ts"

const Sun = () => (
  <svg viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="3" />
    <path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6L13 13M13 3l-1.4 1.4M4.4 11.6L3 13" />
  </svg>
)

const Moon = () => (
  <svg viewBox="0 0 16 16" aria-hidden="true">
    <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />
  </svg>
)

const Switches = () => {
  const isDark = theme.value === "dark"
  const other = language.value === "fr" ? "en" : "fr"
  return (
    <div class="switches">
      <a href="/docs">{say("API", "API")}</a>
      <button type="button" class="icon-button" lang={other} onClick={() => choose(other)}>
        <span aria-hidden="true">{other.toUpperCase()}</span>
        <span class="for-readers">{other === "fr" ? "Français" : "English"}</span>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={isDark ? say("Thème clair", "Light theme") : say("Thème sombre", "Dark theme")}
        onClick={() => chooseTheme(isDark ? "light" : "dark")}
      >
        {isDark ? <Sun /> : <Moon />}
      </button>
    </div>
  )
}

const Views = ({ current }: { readonly current: View }) => {
  const list = useCentred<HTMLUListElement>(current)
  return (
    <ul ref={list} class="views">
      {views.map((view) => (
        <li key={view.path}>
          <a href={routeText(view.path)} aria-current={view === current ? "page" : undefined}>{say(...view.title)}</a>
        </li>
      ))}
    </ul>
  )
}

/** The name of the product, the navigation between views, and the switches of language and theme. */
export const Header = ({ current }: { readonly current: View }) => (
  <header class="header">
    <a class="brand" href="#/">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M3 6h9M3 12h13M7 18h14" />
      </svg>
      Barista
    </a>
    <nav aria-label={say("Vues", "Views")}>
      <Views current={current} />
    </nav>
    <Switches />
  </header>
)
