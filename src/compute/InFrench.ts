/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "The part of data.txt that was read": "Ce qui a été lu de data.txt",
  [
    "The upstream's JSON of /get, the number of users, and the file data.txt, concurrently. If one part fails, the " +
    "others are interrupted."
  ]: "Le JSON de /get du service amont, le nombre d'utilisateurs et le fichier data.txt, en parallèle. Si une " +
    "partie échoue, les autres sont interrompues.",
  "A good use of async": "Ce à quoi async sert",
  "Bound of the sum of i² over whole i below n, 1 to 1000000000; by default 1000000. 1000000000 takes seconds":
    "La somme de i² pour chaque entier i inférieur à n, de 1 à 1000000000 ; 1000000 par défaut. 1000000000 prend " +
    "des secondes",
  "Exact in every digit, beyond 2^53 too": "Exact : chaque chiffre compte, au-delà de 2^53 aussi",
  [
    "A sum computed on an event loop, which is blocked meanwhile: the sacrificial one in a thread of its own, not " +
    "the server's."
  ]: "Une somme calculée sur une boucle d'événements, qui ne fait rien d'autre pendant ce temps : la boucle " +
    "sacrifiée, dans son propre thread, jamais celle du serveur.",
  "A bad use of async": "Ce à quoi async n'aide pas",
  "The same sum on a pool of worker threads. A request that is aborted stops its computation.":
    "La même somme sur un groupe de threads. Une requête abandonnée arrête son calcul.",
  "A computation beside the event loop": "Un calcul à côté de la boucle d'événements",
  "Work that belongs on an event loop, and work that does not.":
    "Ce qui a sa place sur une boucle d'événements, et ce qui ne l'a pas."
}
