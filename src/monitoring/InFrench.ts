/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Answers after 1 s; the log line is written after the answer is sent and never delays it.":
    "Répond après 1 s ; la ligne du journal est écrite une fois la réponse partie et ne la retarde jamais.",
  "An operation whose duration is logged after the answer":
    "Une opération dont la durée est journalisée après la réponse",
  "Answers after 0.5 s; success, failure and interruption are all logged.":
    "Répond après 0,5 s ; succès, échec et interruption sont tous journalisés.",
  "An operation whose duration is logged whatever its outcome":
    "Une opération dont la durée est journalisée quelle que soit son issue",
  "The process answers; restart it if it does not.": "Le processus répond ; le redémarrer s'il ne répond pas.",
  "Alive": "En vie",
  "Requests should be sent here; 503 with the reason while starting and stopping, and while the database is silent.":
    "Les requêtes peuvent venir ; 503 avec la raison pendant le démarrage et l'arrêt, et tant que la base se tait.",
  "Ready": "Prêt",
  "Open sockets of the chat": "Sockets ouverts du chat",
  "The servers of this database": "Les serveurs de cette base de données",
  [
    "The servers that share the database, newest first: which live, what each runs, and which jobs went from one to " +
    "another. With SQLite there is one. A request that prefers text/event-stream to JSON gets the list again after " +
    "changes, and each second. With API_TOKENS set, a token is required, as the list names hosts and processes."
  ]: "Les serveurs qui partagent la base de données, les plus récents d'abord : lesquels vivent, ce que chacun " +
    "exécute, et quelles tâches sont passées de l'un à l'autre. Avec SQLite, il y en a un. Une requête qui préfère " +
    "text/event-stream au JSON reçoit la liste à nouveau après des changements, et chaque seconde. Avec API_TOKENS, " +
    "un jeton est exigé, car la liste nomme hôtes et processus.",
  "Events nodes, each with the list as JSON": "Événements nodes, chacun avec la liste en JSON",
  "Durations in the log, in spans and in metrics; health.":
    "Durées dans le journal, les spans et les métriques ; santé."
}
