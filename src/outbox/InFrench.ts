/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  [
    "Newest first, a page at a time. With `SMTP_URL` set, mails go to that server, and the list keeps only earlier " +
    "ones."
  ]: "Les plus récents d'abord, page par page. Si `SMTP_URL` est défini, les mails vont à ce serveur et non ici : " +
    "la liste a alors ceux d'avant.",
  "The mails of the embedded outbox": "Les mails de la boîte d'envoi intégrée",
  "The job that sent the mail": "La tâche qui l'a envoyé",
  "The mail's Message-Id, unique to it": "Son Message-Id : deux mails n'ont jamais le même",
  "The mails that background jobs send.": "Gestion des tâches de background : les mails envoyés."
}
