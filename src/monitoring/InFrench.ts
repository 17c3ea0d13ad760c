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
  "Requests are accepted; 503 with the reason while starting and stopping.":
    "Les requêtes sont prises ; 503 avec la raison pendant le démarrage et l'arrêt.",
  "Ready": "Prêt",
  "Durations in the log, in spans and in metrics; health.":
    "Durées dans le journal, les spans et les métriques ; santé."
}
