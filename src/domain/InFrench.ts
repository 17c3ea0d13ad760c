/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "An e-mail address": "Une adresse e-mail",
  "Id of a user, 1 to 2^53-1": "Id d'un utilisateur, de 1 à 2^53-1",
  "Id of a post, 1 to 2^53-1": "Id d'un article, de 1 à 2^53-1",
  "Id that the chat client chooses, 1 to 2^53-1": "Id qu'un client du chat se donne, de 1 à 2^53-1",
  "0.01 to 1000000000.00, at most two decimals": "De 0.01 à 1000000000.00, deux décimales au plus",
  "1 to 2^53-1": "De 1 à 2^53-1",
  "URI reference that names the kind of problem": "Référence d'URI qui nomme le genre de problème",
  "The kind of problem, in a few words": "Le genre de problème, en quelques mots",
  "The HTTP status": "Le statut HTTP",
  "The cause of this problem, and the expected input": "Ce qui n'a pas été cette fois, et ce qui serait juste",
  "The requested path": "Le chemin demandé",
  "The trace whose log lines have the details": "La trace sous laquelle le journal en dit plus",
  "an integer": "Un entier",
  "a string": "Une chaîne",
  "RFC 3339, in UTC": "RFC 3339, en UTC",
  "a non-negative number": "un nombre positif ou nul",
  "a string at most 200 character(s) long": "une chaîne de 200 caractères au plus",
  "an array of at most 1000000 item(s)": "un tableau de 1 000 000 d'éléments au plus",
  "a finite number": "un nombre fini"
}
