/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "All run concurrently to their end; one failure neither stops the others nor fails the request.":
    "Toutes courent à la fois et jusqu'au bout ; l'échec de l'une n'arrête pas les autres et ne fait pas échouer " +
    "la requête.",
  "Five tasks, of which one fails": "Cinq tâches, dont une échoue",
  "Successes and errors together": "Succès et erreurs ensemble",
  "Failures as values beside the successes.": "Les échecs comme valeurs, à côté des succès."
}
