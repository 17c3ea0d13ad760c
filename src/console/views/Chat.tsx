import { ChatWindow } from "../chat/ChatWindow.tsx"
import { go, route, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { Field } from "../widgets/Field.tsx"

const usual = [1, 2, 3]

/** Reads the client ids of an address, such as `4,5,6`. */
const idsOf = (text: string | undefined): ReadonlyArray<number> => {
  const ids = (text ?? "").split(",").map(Number).filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, 3)
  return ids.length === 0 ? usual : [...new Set(ids)]
}

/** The view `#/chat?clients=`: three clients of the chat on one page, each with a websocket of its own. */
export const Chat = () => {
  const ids = idsOf(route.value.query["clients"])
  const [first = 1] = ids
  return (
    <>
      <h1>{say("Chat", "Chat")}</h1>
      <div class="bar chat-intro">
        <p class="hint">
          {say(
            "Trois websockets. Le serveur traite chaque message pendant 0,1 s et l'écrit en capitales. Ouvrez une deuxième page sous d'autres numéros : elles se parlent.",
            "Three websockets. The server processes each message for 0.1 s and writes it in capitals. Open a second page under other numbers: they talk to each other."
          )}
        </p>
        <Field label={say("Numéros", "Numbers")}>
          {(props) => (
            <select
              {...props}
              value={first}
              onChange={({ currentTarget }) => {
                const chosen = Number(currentTarget.value)
                go(routeText("chat", undefined, { clients: [chosen, chosen + 1, chosen + 2].join(",") }))
              }}
            >
              {[...new Set([first, 1, 4, 7, 10])].toSorted((a, b) => a - b).map((from) => (
                <option key={from} value={from}>
                  {from === first ? ids.join(", ") : `${from}, ${from + 1}, ${from + 2}`}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <div class="chat">
        {ids.map((id) => <ChatWindow key={id} id={id} />)}
      </div>
    </>
  )
}
