// Spanish: el buzón, el inicio de sesión, la sesión, el mensaje; usted. The unit is the byte, which readers know better than the octeto.
// Knows no command; keywords stay as they are, and take the masculine of `comando`.
import type { Language } from "../contracts/language.js";

export const es: Language = {
  tag: "es",
  selfName: "Español",
  sentences: {
    // greeting and end
    "POP3 server ready": "servidor POP3 listo",
    "POP3 server ready {announced}": "servidor POP3 listo {announced}",
    bye: "adiós",
    "the server is stopping; nothing was deleted": "el servidor se está deteniendo; no se ha eliminado nada",
    "the session has ended": "la sesión ha terminado",
    "too many connections; try again later": "demasiadas conexiones; vuelva a intentarlo más tarde",
    "the server is stopping; try again later": "el servidor se está deteniendo; vuelva a intentarlo más tarde",
    "this port begins in the clear; TLS begins with STLS here, or on the TLS port":
      "las conexiones a este puerto comienzan sin cifrar; inicie TLS con STLS o use el puerto TLS",
    // command lines
    "a command holds no control characters": "un comando no puede contener caracteres de control",
    "a command holds printable ASCII characters only": "un comando solo puede contener caracteres ASCII imprimibles",
    "a command begins with a keyword of three or four characters":
      "un comando empieza por una palabra clave de tres o cuatro caracteres",
    "a command does not end in a space": "un comando no puede terminar en un espacio",
    "a command line is limited to {octets} octets": "una línea de comando puede tener como máximo {octets} bytes",
    "a line goes on without end": "hay una línea que no termina",
    "this command is not known here": "este comando no se conoce aquí",
    "{keyword} is not valid in the {state} state: log in first":
      "{keyword} no es válido en el estado {state}: inicie sesión primero",
    "{keyword} is not valid in the {state} state: a session has one login":
      "{keyword} no es válido en el estado {state}: solo se puede iniciar sesión una vez por conexión",
    "{keyword} is not available in this session": "{keyword} no está disponible en esta sesión",
    "{problem}: {usage}": "{problem}: {usage}",
    // parameters
    "no parameters are expected": "no se esperan parámetros",
    "a message number is expected": "se espera un número de mensaje",
    "a message number is a decimal number from 1 up": "un número de mensaje es un entero a partir de 1",
    "a message number and a count of lines are expected": "se esperan un número de mensaje y un número de líneas",
    "a count of lines is a decimal number from 0 up": "un número de líneas es un entero a partir de 0",
    "a name is expected": "se espera un nombre de usuario",
    "a name holds no spaces": "un nombre de usuario no puede contener espacios",
    "a password is expected": "se espera una contraseña",
    "a name and a digest of 32 hexadecimal digits in lower case are expected":
      "se esperan un nombre de usuario y un resumen de 32 dígitos hexadecimales en minúsculas",
    "the name of a mechanism is expected": "se espera el nombre de un mecanismo",
    "the name of a mechanism and at most one initial response are expected":
      "se esperan el nombre de un mecanismo y, como máximo, una respuesta inicial",
    "an initial response is Base64, or = where it is empty": "una respuesta inicial va en Base64, o es = si está vacía",
    "a language is a tag such as en or pt-BR, or * for the server's choice":
      "un idioma se indica con una etiqueta como en o pt-BR, o con * para que elija el servidor",
    // login
    "the password is expected next": "a continuación se espera la contraseña",
    "PASS comes immediately after a successful USER": "PASS debe ir inmediatamente después de un USER correcto",
    "the name or the password is wrong": "el nombre de usuario o la contraseña no son correctos",
    "the login failed": "el inicio de sesión ha fallado",
    "the login could not be checked; try again later":
      "no se ha podido comprobar el inicio de sesión; vuelva a intentarlo más tarde",
    "the login was cancelled": "el inicio de sesión se ha cancelado",
    "this mechanism is not offered here; CAPA lists those that are":
      "este mecanismo no se ofrece aquí; CAPA enumera los disponibles",
    "the answer is not Base64": "la respuesta no está en Base64",
    "the answer is longer than {octets} octets": "la respuesta supera los {octets} bytes",
    "the exchange does not follow the rules of {mechanism}": "el intercambio no sigue las reglas de {mechanism}",
    "this name or password holds characters that may not be used":
      "el nombre de usuario o la contraseña contienen caracteres no permitidos",
    "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port":
      "no se aceptan contraseñas sin cifrar: inicie primero TLS con STLS o use el puerto TLS",
    "a password is not accepted in the clear: use the TLS port":
      "no se aceptan contraseñas sin cifrar: use el puerto TLS",
    "no password is accepted here: log in with AUTH": "aquí no se aceptan contraseñas: inicie sesión con AUTH",
    "no mechanism is offered on this connection": "en esta conexión no se ofrece ningún mecanismo",
    "no account here has a secret for APOP": "aquí ninguna cuenta tiene un secreto para APOP",
    "the last login was a moment ago; try again in {seconds} seconds":
      "el último inicio de sesión es muy reciente; vuelva a intentarlo dentro de {seconds} s",
    "the maildrop is open in another session; try again when that one has ended":
      "el buzón está abierto en otra sesión; vuelva a intentarlo cuando esa haya terminado",
    "the maildrop cannot be opened now; try again later":
      "ahora no se puede abrir el buzón; vuelva a intentarlo más tarde",
    "the maildrop cannot be opened; please tell whoever runs this server":
      "no se puede abrir el buzón; por favor, avise al administrador de este servidor",
    "the maildrop is open; messages: {count}, octets: {octets}":
      "el buzón está abierto; mensajes: {count}, tamaño: {octets} bytes",
    // TLS, capabilities, languages
    "begin TLS negotiation": "inicie la negociación TLS",
    "TLS is active already": "TLS ya está activo",
    "TLS does not begin after UTF8": "TLS ya no se puede iniciar después de UTF8",
    "this server has no certificate to start TLS with": "este servidor no tiene certificado para TLS",
    "capability list follows": "sigue la lista de capacidades",
    "UTF-8 from here on": "UTF-8 a partir de ahora",
    "UTF-8 mode is on already": "el modo UTF-8 ya está activado",
    "language listing follows": "sigue la lista de idiomas",
    "{tag} the language is English from here on": "{tag} a partir de ahora el idioma es el español",
    "there is no such language here; LANG lists those that there are":
      "ese idioma no está disponible aquí; LANG muestra los que hay",
    // messages
    "messages: {count}, octets: {octets}": "mensajes: {count}, tamaño: {octets} bytes",
    "{octets} octets": "{octets} bytes",
    "top of message follows": "sigue el comienzo del mensaje",
    "unique-id listing follows": "sigue la lista de identificadores únicos",
    "message {number} will be deleted at the end of the session":
      "el mensaje {number} se eliminará al final de la sesión",
    "message {number} is marked as deleted": "el mensaje {number} está marcado como eliminado",
    "there is no such message; messages in this session: {count}":
      "no existe ese mensaje; mensajes en esta sesión: {count}",
    "message {number} needs UTF-8: send UTF8 before the next login":
      "el mensaje {number} requiere UTF-8: envíe UTF8 antes del próximo inicio de sesión",
    // failures
    "the deletion failed; messages marked as deleted may still be there":
      "la eliminación ha fallado; es posible que los mensajes marcados como eliminados sigan ahí",
    "the maildrop is damaged; please tell whoever runs this server":
      "el buzón está dañado; por favor, avise al administrador de este servidor",
    "this failed here; try again later": "se ha producido un fallo; vuelva a intentarlo más tarde",
  },
};
