/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Ascending id, a page at a time; the Link header leads to the next one.":
    "Par id croissant, page par page ; l'en-tête Link mène à la suivante.",
  "The users": "Les utilisateurs",
  "1 to 200 characters after trimming, without control characters":
    "De 1 à 200 caractères sans les espaces autour, sans caractères de contrôle",
  "Name and e-mail from the query or a JSON object.": "Nom et e-mail, dans l'URL ou dans un objet JSON.",
  "A new user": "Un nouvel utilisateur",
  "Three queries, concurrent if the database allows; at most the newest 1,000 posts.":
    "Trois requêtes, à la fois autant que la base le permet ; les 1 000 articles les plus récents au plus.",
  "A user with posts and followers": "Un utilisateur, ses articles et ses abonnés",
  "Ascending id, a page at a time.": "Par id croissant, page par page.",
  "A user's posts": "Les articles d'un utilisateur",
  "1 to 100,000 characters, not only spaces": "De 1 à 100 000 caractères, pas seulement des espaces",
  "Title of 1 to 200 characters, content of 1 to 100,000.": "Titre de 1 à 200 caractères, contenu de 1 à 100 000.",
  "A new post": "Un nouvel article",
  "404 if that user has no such post.": "404 si cet utilisateur n'a pas cet article.",
  "One post": "Un article",
  "Deletes a post": "Supprime un article",
  "Idempotent; following oneself is a 422. If-None-Match: * demands that the follower is new.":
    "Idempotent ; se suivre soi-même est un 422. Avec If-None-Match: *, seulement qui ne suit pas encore.",
  "Follows a user": "Suit un utilisateur",
  "Idempotent: 204 even if there is nothing to remove. If-Match: * demands that the follower exists.":
    "Idempotent : 204 aussi s'il n'y a rien à retirer. Avec If-Match: *, seulement qui suit bien.",
  "Unfollows a user": "Cesse de suivre un utilisateur",
  "Their number": "Leur nombre",
  "Users, their posts and their followers in a database.":
    "Base de données asynchrone : les utilisateurs, leurs articles et leurs abonnés."
}
