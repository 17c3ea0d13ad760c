/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "The attempt that shall succeed, 1 to 20; by default none":
    "La tentative qui doit réussir, de 1 à 20 ; aucune par défaut",
  [
    "Calls the upstream's /status/500 under the policy unreliable. With succeed_on=N, attempt N calls /get " +
    "instead, and its JSON is the answer."
  ]: "Appelle /status/500 du service amont sous la politique unreliable. Avec succeed_on=N, la tentative N appelle " +
    "/get à la place, et son JSON est la réponse.",
  "A call that is retried": "Un appel qui est réessayé",
  "Seconds, 1 to 30; by default the timeout of the policy slow-operation":
    "Secondes, de 1 à 30 ; celles de la politique slow-operation par défaut",
  "An operation of 10 s under the policy slow-operation: interrupted at the timeout, unless that is longer.":
    "Une opération de 10 s sous la politique slow-operation : interrompue à l'échéance, sauf si celle-ci est plus " +
    "longue.",
  "An operation with a timeout": "Une opération avec un délai maximal",
  "Every named policy, in the form that the configuration takes, and its state now: permits, breaker, budget, rate.":
    "Chaque politique nommée, telle qu'elle peut être donnée à la configuration, et son état : permis, " +
    "disjoncteur, budget, débit.",
  "The policies in force": "Les politiques en vigueur",
  "Seconds": "Secondes",
  "Retries, timeouts, and their policies.": "Relances, délais, et les politiques qui en disent la mesure."
}
