// German: das Postfach, die Anmeldung, die Sitzung, die Nachricht; Sie. A whole sentence behind a colon begins in upper case.
// Units stand without plural (Byte, s), so that no value breaks the grammar. Knows no command; keywords stay as they are.
import type { Language } from "../contracts/language.js";

export const de: Language = {
  tag: "de",
  selfName: "Deutsch",
  sentences: {
    // greeting and end
    "POP3 server ready": "POP3-Server bereit",
    "POP3 server ready {announced}": "POP3-Server bereit {announced}",
    bye: "auf Wiedersehen",
    "the server is stopping; nothing was deleted": "der Server wird beendet; es wurde nichts gelöscht",
    "the session has ended": "die Sitzung ist beendet",
    "too many connections; try again later": "zu viele Verbindungen; versuchen Sie es später erneut",
    "the server is stopping; try again later": "der Server wird beendet; versuchen Sie es später erneut",
    "this port begins in the clear; TLS begins with STLS here, or on the TLS port":
      "Verbindungen zu diesem Port beginnen unverschlüsselt; starten Sie TLS mit STLS oder verwenden Sie den TLS-Port",
    // command lines
    "a command holds no control characters": "ein Befehl darf keine Steuerzeichen enthalten",
    "a command holds printable ASCII characters only": "ein Befehl darf nur druckbare ASCII-Zeichen enthalten",
    "a command begins with a keyword of three or four characters":
      "ein Befehl beginnt mit einem Schlüsselwort aus drei oder vier Zeichen",
    "a command does not end in a space": "ein Befehl darf nicht mit einem Leerzeichen enden",
    "a command line is limited to {octets} octets": "eine Befehlszeile darf höchstens {octets} Byte lang sein",
    "a line goes on without end": "eine Zeile nimmt kein Ende",
    "this command is not known here": "dieser Befehl ist hier nicht bekannt",
    "{keyword} is not valid in the {state} state: log in first":
      "{keyword} ist im Zustand {state} nicht zulässig: Melden Sie sich zuerst an",
    "{keyword} is not valid in the {state} state: a session has one login":
      "{keyword} ist im Zustand {state} nicht zulässig: Pro Sitzung ist nur eine Anmeldung möglich",
    "{keyword} is not available in this session": "{keyword} ist in dieser Sitzung nicht verfügbar",
    "{problem}: {usage}": "{problem}: {usage}",
    // parameters
    "no parameters are expected": "es werden keine Parameter erwartet",
    "a message number is expected": "es wird eine Nachrichtennummer erwartet",
    "a message number is a decimal number from 1 up": "eine Nachrichtennummer ist eine ganze Zahl ab 1",
    "a message number and a count of lines are expected":
      "es werden eine Nachrichtennummer und eine Zeilenanzahl erwartet",
    "a count of lines is a decimal number from 0 up": "eine Zeilenanzahl ist eine ganze Zahl ab 0",
    "a name is expected": "es wird ein Benutzername erwartet",
    "a name holds no spaces": "ein Benutzername darf keine Leerzeichen enthalten",
    "a password is expected": "es wird ein Passwort erwartet",
    "a name and a digest of 32 hexadecimal digits in lower case are expected":
      "es werden ein Benutzername und ein Hashwert aus 32 kleingeschriebenen Hexadezimalziffern erwartet",
    "the name of a mechanism is expected": "es wird der Name eines Mechanismus erwartet",
    "the name of a mechanism and at most one initial response are expected":
      "es werden der Name eines Mechanismus und höchstens eine Anfangsantwort erwartet",
    "an initial response is Base64, or = where it is empty":
      "eine Anfangsantwort ist Base64-kodiert; = steht für eine leere",
    "a language is a tag such as en or pt-BR, or * for the server's choice":
      "eine Sprache wird als Sprachcode wie en oder pt-BR angegeben, oder als * für die Wahl des Servers",
    // login
    "the password is expected next": "als Nächstes wird das Passwort erwartet",
    "PASS comes immediately after a successful USER": "PASS muss unmittelbar auf ein erfolgreiches USER folgen",
    "the name or the password is wrong": "Benutzername oder Passwort ist falsch",
    "the login failed": "die Anmeldung ist fehlgeschlagen",
    "the login could not be checked; try again later":
      "die Anmeldung konnte nicht geprüft werden; versuchen Sie es später erneut",
    "the login was cancelled": "die Anmeldung wurde abgebrochen",
    "this mechanism is not offered here; CAPA lists those that are":
      "dieser Mechanismus wird hier nicht angeboten; CAPA nennt die vorhandenen",
    "the answer is not Base64": "die Antwort ist kein gültiges Base64",
    "the answer is longer than {octets} octets": "die Antwort ist länger als {octets} Byte",
    "the exchange does not follow the rules of {mechanism}": "der Austausch folgt nicht den Regeln von {mechanism}",
    "this name or password holds characters that may not be used":
      "Benutzername oder Passwort enthält unzulässige Zeichen",
    "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port":
      "Passwörter werden unverschlüsselt nicht angenommen: Starten Sie zuerst TLS mit STLS oder verwenden Sie den TLS-Port",
    "a password is not accepted in the clear: use the TLS port":
      "Passwörter werden unverschlüsselt nicht angenommen: Verwenden Sie den TLS-Port",
    "no password is accepted here: log in with AUTH":
      "hier werden keine Passwörter angenommen: Melden Sie sich mit AUTH an",
    "no mechanism is offered on this connection": "auf dieser Verbindung wird kein Mechanismus angeboten",
    "no account here has a secret for APOP": "hier hat kein Konto ein Geheimnis für APOP",
    "the last login was a moment ago; try again in {seconds} seconds":
      "die letzte Anmeldung ist noch nicht lange her; versuchen Sie es in {seconds} s erneut",
    "the maildrop is open in another session; try again when that one has ended":
      "das Postfach ist in einer anderen Sitzung geöffnet; versuchen Sie es erneut, sobald die andere beendet ist",
    "the maildrop cannot be opened now; try again later":
      "das Postfach kann gerade nicht geöffnet werden; versuchen Sie es später erneut",
    "the maildrop cannot be opened; please tell whoever runs this server":
      "das Postfach kann nicht geöffnet werden; bitte verständigen Sie den Betreiber dieses Servers",
    "the maildrop is open; messages: {count}, octets: {octets}":
      "das Postfach ist geöffnet; Nachrichten: {count}, Größe: {octets} Byte",
    // TLS, capabilities, languages
    "begin TLS negotiation": "die TLS-Aushandlung kann beginnen",
    "TLS is active already": "TLS ist bereits aktiv",
    "TLS does not begin after UTF8": "nach UTF8 kann TLS nicht mehr gestartet werden",
    "this server has no certificate to start TLS with": "dieser Server hat kein Zertifikat für TLS",
    "capability list follows": "Liste der Fähigkeiten folgt",
    "UTF-8 from here on": "ab jetzt UTF-8",
    "UTF-8 mode is on already": "der UTF-8-Modus ist bereits eingeschaltet",
    "language listing follows": "Liste der Sprachen folgt",
    "{tag} the language is English from here on": "{tag} die Sprache ist ab jetzt Deutsch",
    "there is no such language here; LANG lists those that there are":
      "diese Sprache gibt es hier nicht; LANG zeigt die vorhandenen an",
    // messages
    "messages: {count}, octets: {octets}": "Nachrichten: {count}, Größe: {octets} Byte",
    "{octets} octets": "{octets} Byte",
    "top of message follows": "Anfang der Nachricht folgt",
    "unique-id listing follows": "Liste der eindeutigen Kennungen folgt",
    "message {number} will be deleted at the end of the session":
      "Nachricht {number} wird am Ende der Sitzung gelöscht",
    "message {number} is marked as deleted": "Nachricht {number} ist als gelöscht markiert",
    "there is no such message; messages in this session: {count}":
      "diese Nachricht gibt es nicht; Nachrichten in dieser Sitzung: {count}",
    "message {number} needs UTF-8: send UTF8 before the next login":
      "Nachricht {number} erfordert UTF-8: Senden Sie UTF8 vor der nächsten Anmeldung",
    // failures
    "the deletion failed; messages marked as deleted may still be there":
      "das Löschen ist fehlgeschlagen; als gelöscht markierte Nachrichten sind möglicherweise noch vorhanden",
    "the maildrop is damaged; please tell whoever runs this server":
      "das Postfach ist beschädigt; bitte verständigen Sie den Betreiber dieses Servers",
    "this failed here; try again later": "das ist hier fehlgeschlagen; versuchen Sie es später erneut",
  },
};
