// French: la boîte aux lettres, l’identification, la session, le message; vous. « Connexion » is the connection alone.
// The space before a colon or a semicolon does not break (U+00A0). Knows no command; keywords stay as they are.
import type { Language } from "../contracts/language.js";

export const fr: Language = {
  tag: "fr",
  selfName: "Français",
  sentences: {
    // greeting and end
    "POP3 server ready": "serveur POP3 prêt",
    "POP3 server ready {announced}": "serveur POP3 prêt {announced}",
    bye: "au revoir",
    "the server is stopping; nothing was deleted": "le serveur s’arrête ; rien n’a été supprimé",
    "the session has ended": "la session est terminée",
    "too many connections; try again later": "trop de connexions ; réessayez plus tard",
    "the server is stopping; try again later": "le serveur s’arrête ; réessayez plus tard",
    "this port begins in the clear; TLS begins with STLS here, or on the TLS port":
      "les connexions à ce port commencent en clair ; lancez TLS avec STLS ou utilisez le port TLS",
    // command lines
    "a command holds no control characters": "une commande ne contient pas de caractères de contrôle",
    "a command holds printable ASCII characters only": "une commande ne contient que des caractères ASCII imprimables",
    "a command begins with a keyword of three or four characters":
      "une commande commence par un mot-clé de trois ou quatre caractères",
    "a command does not end in a space": "une commande ne se termine pas par un espace",
    "a command line is limited to {octets} octets": "une ligne de commande est limitée à {octets} octets",
    "a line goes on without end": "une ligne ne se termine jamais",
    "this command is not known here": "cette commande est inconnue ici",
    "{keyword} is not valid in the {state} state: log in first":
      "{keyword} n’est pas valide dans l’état {state} : identifiez-vous d’abord",
    "{keyword} is not valid in the {state} state: a session has one login":
      "{keyword} n’est pas valide dans l’état {state} : une seule identification par session",
    "{keyword} is not available in this session": "{keyword} n’est pas disponible dans cette session",
    "{problem}: {usage}": "{problem} : {usage}",
    // parameters
    "no parameters are expected": "aucun paramètre n’est attendu",
    "a message number is expected": "un numéro de message est attendu",
    "a message number is a decimal number from 1 up": "un numéro de message est un entier supérieur ou égal à 1",
    "a message number and a count of lines are expected": "un numéro de message et un nombre de lignes sont attendus",
    "a count of lines is a decimal number from 0 up": "un nombre de lignes est un entier supérieur ou égal à 0",
    "a name is expected": "un nom d’utilisateur est attendu",
    "a name holds no spaces": "un nom d’utilisateur ne contient pas d’espaces",
    "a password is expected": "un mot de passe est attendu",
    "a name and a digest of 32 hexadecimal digits in lower case are expected":
      "un nom d’utilisateur et une empreinte de 32 chiffres hexadécimaux en minuscules sont attendus",
    "the name of a mechanism is expected": "le nom d’un mécanisme est attendu",
    "the name of a mechanism and at most one initial response are expected":
      "le nom d’un mécanisme et au plus une réponse initiale sont attendus",
    "an initial response is Base64, or = where it is empty":
      "une réponse initiale est en Base64, ou = si elle est vide",
    "a language is a tag such as en or pt-BR, or * for the server's choice":
      "une langue s’indique par une étiquette telle que en ou pt-BR, ou par * pour le choix du serveur",
    // login
    "the password is expected next": "le mot de passe est attendu à présent",
    "PASS comes immediately after a successful USER": "PASS doit suivre immédiatement une commande USER réussie",
    "the name or the password is wrong": "le nom d’utilisateur ou le mot de passe est incorrect",
    "the login failed": "l’identification a échoué",
    "the login could not be checked; try again later":
      "l’identification n’a pas pu être vérifiée ; réessayez plus tard",
    "the login was cancelled": "l’identification a été annulée",
    "this mechanism is not offered here; CAPA lists those that are":
      "ce mécanisme n’est pas proposé ici ; CAPA énumère ceux qui le sont",
    "the answer is not Base64": "la réponse n’est pas en Base64",
    "the answer is longer than {octets} octets": "la réponse dépasse {octets} octets",
    "the exchange does not follow the rules of {mechanism}": "l’échange ne respecte pas les règles de {mechanism}",
    "this name or password holds characters that may not be used":
      "ce nom d’utilisateur ou ce mot de passe contient des caractères non autorisés",
    "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port":
      "les mots de passe ne sont pas acceptés en clair : lancez d’abord TLS avec STLS ou utilisez le port TLS",
    "a password is not accepted in the clear: use the TLS port":
      "les mots de passe ne sont pas acceptés en clair : utilisez le port TLS",
    "no password is accepted here: log in with AUTH":
      "aucun mot de passe n’est accepté ici : identifiez-vous avec AUTH",
    "no mechanism is offered on this connection": "aucun mécanisme n’est proposé sur cette connexion",
    "no account here has a secret for APOP": "aucun compte n’a ici de secret pour APOP",
    "the last login was a moment ago; try again in {seconds} seconds":
      "la dernière identification est toute récente ; réessayez dans {seconds} s",
    "the maildrop is open in another session; try again when that one has ended":
      "la boîte aux lettres est ouverte dans une autre session ; réessayez quand celle-ci sera terminée",
    "the maildrop cannot be opened now; try again later":
      "la boîte aux lettres ne peut pas être ouverte pour le moment ; réessayez plus tard",
    "the maildrop cannot be opened; please tell whoever runs this server":
      "la boîte aux lettres ne peut pas être ouverte ; veuillez prévenir l’administrateur de ce serveur",
    "the maildrop is open; messages: {count}, octets: {octets}":
      "la boîte aux lettres est ouverte ; messages : {count}, taille : {octets} octets",
    // TLS, capabilities, languages
    "begin TLS negotiation": "commencez la négociation TLS",
    "TLS is active already": "TLS est déjà actif",
    "TLS does not begin after UTF8": "TLS ne peut plus être lancé après UTF8",
    "this server has no certificate to start TLS with": "ce serveur n’a pas de certificat pour TLS",
    "capability list follows": "la liste des capacités suit",
    "UTF-8 from here on": "UTF-8 à partir de maintenant",
    "UTF-8 mode is on already": "le mode UTF-8 est déjà activé",
    "language listing follows": "la liste des langues suit",
    "{tag} the language is English from here on": "{tag} la langue est désormais le français",
    "there is no such language here; LANG lists those that there are":
      "cette langue n’est pas proposée ici ; LANG donne la liste de celles qui le sont",
    // messages
    "messages: {count}, octets: {octets}": "messages : {count}, taille : {octets} octets",
    "{octets} octets": "{octets} octets",
    "top of message follows": "le début du message suit",
    "unique-id listing follows": "la liste des identifiants uniques suit",
    "message {number} will be deleted at the end of the session":
      "le message {number} sera supprimé à la fin de la session",
    "message {number} is marked as deleted": "le message {number} est marqué comme supprimé",
    "there is no such message; messages in this session: {count}":
      "ce message n’existe pas ; messages dans cette session : {count}",
    "message {number} needs UTF-8: send UTF8 before the next login":
      "le message {number} nécessite UTF-8 : envoyez UTF8 avant la prochaine identification",
    // failures
    "the deletion failed; messages marked as deleted may still be there":
      "la suppression a échoué ; les messages marqués comme supprimés sont peut-être encore présents",
    "the maildrop is damaged; please tell whoever runs this server":
      "la boîte aux lettres est endommagée ; veuillez prévenir l’administrateur de ce serveur",
    "this failed here; try again later": "l’opération a échoué ici ; réessayez plus tard",
  },
};
