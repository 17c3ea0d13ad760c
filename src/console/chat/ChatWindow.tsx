import { useSignal } from "@preact/signals"
import { useEffect, useMemo, useRef } from "preact/hooks"
import type { Text } from "../../domain/Text.ts"
import { language, say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { Status, type Tone } from "../widgets/Status.tsx"
import { ChatClient, type State } from "./ChatClient.ts"
import { ChatLine } from "./ChatLine.tsx"

const tones: Readonly<Record<State, Tone>> = { connecting: "busy", open: "good", waiting: "busy", closed: "stopped" }

const stateWords: Readonly<Record<State, Text>> = {
  connecting: { fr: "connexion", en: "connecting" },
  open: { fr: "connecté", en: "connected" },
  waiting: { fr: "coupé, se reconnecte", en: "cut, connecting again" },
  closed: { fr: "parti", en: "left" }
}

/** The conversation of one client, which follows its newest line. */
const Conversation = ({ client, id }: { readonly client: ChatClient; readonly id: number }) => {
  const list = useRef<HTMLDivElement>(null)
  const { lines } = client.room.value
  useEffect(() => {
    list.current?.scrollTo(0, list.current.scrollHeight)
  }, [lines.at(-1)?.key])
  return (
    <div
      ref={list}
      class="chat-lines"
      role="log"
      tabIndex={0}
      aria-label={say(`Conversation du client ${id}`, `Conversation of client ${id}`)}
    >
      <ol>
        {lines.map((line) => <ChatLine key={line.key} line={line} own={id} />)}
      </ol>
    </div>
  )
}

/** Writes a message to everyone or to one of those that this client has seen. */
const Composer = ({ client, id }: { readonly client: ChatClient; readonly id: number }) => {
  const text = useSignal("")
  const to = useSignal("")
  const others = [...client.room.value.present.keys()].filter((other) => other !== id).toSorted((a, b) => a - b)
  // a receiver who has left stays chosen, and the server answers that nobody is there
  const receivers = to.value === "" || others.includes(Number(to.value)) ? others : [...others, Number(to.value)]
  return (
    <form
      class="chat-composer"
      onSubmit={(event) => {
        event.preventDefault()
        client.say(text.value, to.value === "" ? undefined : Number(to.value))
        text.value = ""
      }}
    >
      <Field label={say("Message", "Message")}>
        {(props) => (
          <input
            {...props}
            required
            autocomplete="off"
            value={text.value}
            onInput={({ currentTarget }) => (text.value = currentTarget.value)}
          />
        )}
      </Field>
      <Field label={say("À", "To")}>
        {(props) => (
          <select {...props} value={to.value} onChange={({ currentTarget }) => (to.value = currentTarget.value)}>
            <option value="">{say("tous", "everyone")}</option>
            {receivers.map((other) => (
              <option key={other} value={other}>{say(`client ${other}`, `client ${other}`)}</option>
            ))}
          </select>
        )}
      </Field>
      <Button type="submit" disabled={client.state.value !== "open"}>{say("Envoyer", "Send")}</Button>
    </form>
  )
}

/** A client of the chat in a window of its own, with its own websocket. */
export const ChatWindow = ({ id }: { readonly id: number }) => {
  const client = useMemo(() => new ChatClient(), [])
  useEffect(() => {
    client.connect(id)
    return () => client.leave()
  }, [id])
  const state = client.state.value
  const present = [...client.room.value.present.keys()].toSorted((a, b) => a - b)
  return (
    <section class="panel chat-window" aria-label={say(`Client ${id}`, `Client ${id}`)}>
      <div class="bar">
        <h2>{say(`Client ${id}`, `Client ${id}`)}</h2>
        <span role="status">
          <Status tone={tones[state]}>{stateWords[state][language.value]}</Status>
        </span>
        <Button
          onClick={() => {
            if (state === "closed") client.connect(id)
            else client.leave()
          }}
        >
          {state === "closed" ? say("Revenir", "Come back") : say("Partir", "Leave")}
        </Button>
      </div>
      <p class="hint">
        {state === "open"
          ? `${say("Vus ici :", "Seen here:")} ${present.join(", ")}`
          : say("Ne voit personne.", "Sees nobody.")}
      </p>
      <Conversation client={client} id={id} />
      <Composer client={client} id={id} />
    </section>
  )
}
