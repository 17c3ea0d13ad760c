import { useEffect } from "preact/hooks"
import { Moment } from "../action/Moment.tsx"
import { MoreButton } from "../action/MoreButton.tsx"
import { usePages } from "../action/Pages.ts"
import { listen } from "../api.ts"
import type { Mail } from "../outbox/Mail.ts"
import { route, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { Problem } from "../widgets/Problem.tsx"

const path = "/outbox?limit=50"

/** One mail, opened. */
const OpenMail = ({ mail }: { readonly mail: Mail }) => (
  <article class="panel mail" aria-label={mail.subject}>
    <h2>{mail.subject}</h2>
    <dl>
      <dt>{say("Pour", "To")}</dt>
      <dd>{mail.to}</dd>
      <dt>{say("Envoyé", "Sent")}</dt>
      <dd>
        <Moment at={mail.sent_at} />
      </dd>
      <dt>Message-Id</dt>
      <dd>
        <code>{mail.message_id}</code>
      </dd>
      <dt>{say("Par", "By")}</dt>
      <dd>
        <a href={routeText("jobs", String(mail.job_id))}>{say(`la tâche ${mail.job_id}`, `job ${mail.job_id}`)}</a>
      </dd>
    </dl>
    <pre class="mail-text">{mail.text}</pre>
  </article>
)

/** The view `#/outbox/{id}`: the mails of the embedded outbox, and one of them, opened. */
export const Outbox = () => {
  const mails = usePages<Mail>()
  const { id } = route.value
  const opened = mails.rows.value.find((mail) => String(mail.id) === id)
  useEffect(() => {
    void mails.load(path)
    // mails are sent by jobs, whose list is sent again at each change
    return listen("/jobs?limit=1&state=succeeded", { onEvent: () => void mails.load(path) })
  }, [])
  return (
    <>
      <h1>{say("Boîte d'envoi", "Outbox")}</h1>
      <p class="hint">
        {say(
          "Sans SMTP_URL, les mails des tâches de fond arrivent ici.",
          "Without SMTP_URL, the mails of background jobs arrive here."
        )}
      </p>
      {mails.failure.value !== undefined && <Problem error={mails.failure.value} />}
      <div class="outbox">
        <ul class="mails" aria-label={say("Mails, les plus récents d'abord", "Mails, newest first")}>
          {mails.rows.value.map((mail) => (
            <li key={mail.id}>
              <a href={routeText("outbox", String(mail.id))} aria-current={mail === opened ? "true" : undefined}>
                <strong>{mail.subject}</strong>
                <span>{mail.to}</span>
                <Moment at={mail.sent_at} />
              </a>
            </li>
          ))}
          {mails.rows.value.length === 0 && (
            <li class="empty">
              {mails.isLoaded.value
                ? say(
                  "Aucun mail. Inscrivez un utilisateur dans « Tâches ».",
                  "No mail yet. Register a user under Jobs."
                )
                : say("Chargement…", "Loading…")}
            </li>
          )}
        </ul>
        {opened !== undefined && <OpenMail mail={opened} />}
        {id !== undefined && opened === undefined && mails.isLoaded.value && (
          <p role="status">
            {say(`Le mail ${id} n'est pas parmi ceux de la liste.`, `Mail ${id} is not among those of the list.`)}
          </p>
        )}
      </div>
      <MoreButton pages={mails} />
    </>
  )
}
