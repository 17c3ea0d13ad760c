/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "The amount in cents": "Le montant en centimes",
  "One immediate transaction: both entries are written, or none.":
    "Une seule transaction immédiate : les deux écritures sont faites, ou aucune.",
  "Moves money between two users": "Transfère de l'argent entre deux utilisateurs",
  "The balance as a decimal text and in cents.": "Le solde en texte décimal et en centimes.",
  "An account": "Un compte",
  "Newest first, a page at a time.": "Les plus récents d'abord, page par page.",
  "The ledger of an account": "Le grand livre d'un compte",
  "A double entry too: the outside account pays the user.":
    "Une écriture double aussi : le compte extérieur donne ce que l'utilisateur reçoit.",
  "Money from outside": "De l'argent de l'extérieur",
  "Id of the user who is paid": "Id de l'utilisateur payé",
  "Decimal, two places": "Décimal, deux décimales",
  "The balance in cents": "Le solde en centimes",
  "Decimal; negative if money left the account": "Décimal ; négatif si l'argent a quitté le compte",
  "The balance after this entry": "Le solde après cette écriture",
  "The other user; null for the outside account": "L'autre utilisateur ; null pour le compte extérieur",
  "Money on a double-entry ledger.": "Context managers asynchrones : l'argent, dans un grand livre à écritures doubles."
}
