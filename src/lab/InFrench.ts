/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "The id of the experiment, its trace and its timeline: 32 hexadecimal digits":
    "L'id de l'expérience, de sa trace et de sa chronologie : 32 chiffres hexadécimaux",
  "Such as ms or %; empty for a count": "Par exemple ms ou % ; vide pour un nombre",
  "A whole number, or for the knob policy an object as the POLICY_ variables take it":
    "Un nombre entier ou, pour le réglage policy, un objet comme dans les variables POLICY_",
  "The file of the product that runs, from the root of the repository":
    "Le fichier du produit qui s'exécute, depuis la racine du dépôt",
  "The heading of the handbook that teaches it": "Le titre du manuel qui l'enseigne",
  "Values of the chapter's knobs; those that are left out keep their defaults":
    "Valeurs des réglages du chapitre ; ceux qui manquent gardent leur valeur par défaut",
  "The values of all knobs of the chapter": "Les valeurs de tous les réglages du chapitre",
  "The URL of the recording, which grows while the experiment runs":
    "L'URL de l'enregistrement, qui grandit tant que l'expérience court",
  "Time from the first to the last moment of the recording": "Durée du premier au dernier instant de l'enregistrement",
  "Time until the last caller had its answer; shorter than the whole if work goes on after it":
    "Durée jusqu'à la dernière réponse ; plus courte que le tout si du travail suit la réponse",
  "The most work in flight at once, as recorded": "Le plus de travail en cours à la fois, d'après l'enregistrement",
  "The others, so far, have left no result": "Les autres n'ont pas de résultat, ou pas encore",
  "The longest delay of the server's event loop meanwhile":
    "Le plus long retard de la boucle du serveur pendant ce temps",
  "The longest time for which the experiment's sacrificial event loop was blocked; null without one":
    "La plus longue durée pendant laquelle la boucle sacrifiée de l'expérience a été bloquée ; null sans elle",
  "Calls as the experiment's upstream counted them; null without one":
    "Les appels que le service amont de l'expérience a comptés ; null sans lui",
  "Commits of the experiment's database; null without one": "Les commits de la base de l'expérience ; null sans elle",
  "The kind of the failure that ended it": "Le genre de l'échec qui l'a terminée",
  "Each runs a wrong and a right way by the product's own services, and takes some knobs.":
    "Chacun exécute une mauvaise et une bonne manière par les services mêmes du produit, et prend des réglages.",
  "The chapters of the Lab": "Les chapitres du laboratoire",
  [
    "Answered once it runs, and is recorded. It works with threads, an upstream and a database of its own, which " +
    "go when it ends. A few run at once, each for 30 s at most."
  ]: "La réponse vient quand elle court et s'enregistre. Elle a ses propres threads, son service amont et sa base, " +
    "qui disparaissent à sa fin. Quelques-unes courent à la fois, chacune 30 s au plus.",
  "True if POST /experiments/predictions predicts it: its work depends on the clock alone":
    "Vrai si POST /experiments/predictions le prédit : son travail ne dépend que de l'horloge",
  [
    "Runs the same program in virtual time, with a modelled upstream and a modelled sacrificial loop, and answers " +
    "its timeline within milliseconds. Only chapters that are predictable have one."
  ]: "Exécute le même programme en temps virtuel, avec un service amont et une boucle sacrifiée modélisés, et " +
    "répond sa chronologie en quelques millisecondes. Seuls les chapitres prédictibles en ont une.",
  "Predicts an experiment": "Prédit une expérience",
  "Starts an experiment": "Lance une expérience",
  "Its state and its figures, measured so far or to its end.":
    "Son état et ses chiffres, mesurés jusqu'ici ou jusqu'à sa fin.",
  "One experiment": "Une expérience",
  "Interrupts all its fibers, whose finalizers still run. The figures stay. An experiment that has ended stays so.":
    "Interrompt toutes ses fibres, dont les finaliseurs s'exécutent encore. Les chiffres restent. Une expérience " +
    "terminée le reste.",
  "Stops an experiment": "Arrête une expérience",
  "The fiber's number in the timeline": "Le numéro de la fibre dans la chronologie",
  [
    "Interrupts one fiber of an experiment with its children. A protected part still runs to its end, and " +
    "finalizers run; the timeline shows when the interruption was asked for, honoured and cleaned up."
  ]: "Interrompt une fibre d'une expérience, et ses enfants. Une partie protégée va encore jusqu'au bout, et les " +
    "finaliseurs s'exécutent ; la chronologie montre quand l'interruption a été demandée, suivie et nettoyée.",
  "Pulls the plug of a fiber": "Débranche une fibre",
  "Lessons of the handbook as experiments: run, recorded and measured.":
    "Les leçons du manuel en expériences : exécutées, enregistrées, mesurées."
}
