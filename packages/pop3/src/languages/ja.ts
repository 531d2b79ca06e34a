// Japanese: メールボックス, ログイン, セッション, メッセージ, 認証方式; です and ます. A single sentence has no 。 at its end, two have both.
// Between Latin letters or digits and Japanese stands a space. Knows no command; keywords stay as they are.
import type { Language } from "../contracts/language.js";

export const ja: Language = {
  tag: "ja",
  selfName: "日本語",
  sentences: {
    // greeting and end
    "POP3 server ready": "POP3 サーバーの準備ができました",
    "POP3 server ready {announced}": "POP3 サーバーの準備ができました {announced}",
    bye: "セッションを終了します",
    "the server is stopping; nothing was deleted": "サーバーを停止しています。何も削除されていません。",
    "the session has ended": "セッションは終了しました",
    "too many connections; try again later": "接続が多すぎます。しばらくしてからもう一度お試しください。",
    "the server is stopping; try again later": "サーバーを停止しています。しばらくしてからもう一度お試しください。",
    "this port begins in the clear; TLS begins with STLS here, or on the TLS port":
      "このポートの接続は平文で始まります。STLS で TLS を開始するか、TLS 用のポートを使用してください。",
    // command lines
    "a command holds no control characters": "コマンドに制御文字は使用できません",
    "a command holds printable ASCII characters only": "コマンドに使用できるのは印字可能な ASCII 文字だけです",
    "a command begins with a keyword of three or four characters":
      "コマンドは 3 文字または 4 文字のキーワードで始まります",
    "a command does not end in a space": "コマンドの末尾に空白は置けません",
    "a command line is limited to {octets} octets": "コマンド行の長さは {octets} バイトまでです",
    "a line goes on without end": "行が終わらないまま続いています",
    "this command is not known here": "このコマンドはここでは使用できません",
    "{keyword} is not valid in the {state} state: log in first":
      "{keyword} は {state} 状態では無効です。先にログインしてください。",
    "{keyword} is not valid in the {state} state: a session has one login":
      "{keyword} は {state} 状態では無効です。ログインは 1 つのセッションで 1 回だけです。",
    "{keyword} is not available in this session": "{keyword} はこのセッションでは利用できません",
    "{problem}: {usage}": "{problem}：{usage}",
    // parameters
    "no parameters are expected": "パラメーターは指定できません",
    "a message number is expected": "メッセージ番号を指定してください",
    "a message number is a decimal number from 1 up": "メッセージ番号は 1 以上の整数です",
    "a message number and a count of lines are expected": "メッセージ番号と行数を指定してください",
    "a count of lines is a decimal number from 0 up": "行数は 0 以上の整数です",
    "a name is expected": "ユーザー名を指定してください",
    "a name holds no spaces": "ユーザー名に空白は使用できません",
    "a password is expected": "パスワードを指定してください",
    "a name and a digest of 32 hexadecimal digits in lower case are expected":
      "ユーザー名と、小文字の 16 進数 32 桁のダイジェストを指定してください",
    "the name of a mechanism is expected": "認証方式の名前を指定してください",
    "the name of a mechanism and at most one initial response are expected":
      "認証方式の名前と、最大 1 つの初期応答を指定してください",
    "an initial response is Base64, or = where it is empty": "初期応答は Base64 で指定し、空の場合は = とします",
    "a language is a tag such as en or pt-BR, or * for the server's choice":
      "言語は en や pt-BR のようなタグか、サーバーに任せる場合は * で指定してください",
    // login
    "the password is expected next": "次にパスワードを送信してください",
    "PASS comes immediately after a successful USER": "PASS は、成功した USER の直後に送信してください",
    "the name or the password is wrong": "ユーザー名またはパスワードが正しくありません",
    "the login failed": "ログインに失敗しました",
    "the login could not be checked; try again later":
      "ログインを確認できませんでした。しばらくしてからもう一度お試しください。",
    "the login was cancelled": "ログインは中止されました",
    "this mechanism is not offered here; CAPA lists those that are":
      "この認証方式は提供していません。提供しているものは CAPA で確認できます。",
    "the answer is not Base64": "応答が Base64 ではありません",
    "the answer is longer than {octets} octets": "応答が {octets} バイトを超えています",
    "the exchange does not follow the rules of {mechanism}": "やり取りが {mechanism} の規則に従っていません",
    "this name or password holds characters that may not be used":
      "このユーザー名またはパスワードには使用できない文字が含まれています",
    "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port":
      "平文のパスワードは受け付けられません。先に STLS で TLS を開始するか、TLS 用のポートを使用してください。",
    "a password is not accepted in the clear: use the TLS port":
      "平文のパスワードは受け付けられません。TLS 用のポートを使用してください。",
    "no password is accepted here: log in with AUTH":
      "ここではパスワードは受け付けられません。AUTH でログインしてください。",
    "no mechanism is offered on this connection": "この接続で利用できる認証方式はありません",
    "no account here has a secret for APOP": "APOP 用の秘密が設定されたアカウントはここにはありません",
    "the last login was a moment ago; try again in {seconds} seconds":
      "前回のログインから間もないため、{seconds} 秒後にもう一度お試しください",
    "the maildrop is open in another session; try again when that one has ended":
      "メールボックスは別のセッションで開かれています。そのセッションが終了してからもう一度お試しください。",
    "the maildrop cannot be opened now; try again later":
      "現在、メールボックスを開くことができません。しばらくしてからもう一度お試しください。",
    "the maildrop cannot be opened; please tell whoever runs this server":
      "メールボックスを開くことができません。このサーバーの管理者にご連絡ください。",
    "the maildrop is open; messages: {count}, octets: {octets}":
      "メールボックスを開きました（メッセージ：{count} 通、サイズ：{octets} バイト）",
    // TLS, capabilities, languages
    "begin TLS negotiation": "TLS のネゴシエーションを開始してください",
    "TLS is active already": "TLS はすでに有効です",
    "TLS does not begin after UTF8": "UTF8 の後に TLS を開始することはできません",
    "this server has no certificate to start TLS with": "このサーバーには TLS 用の証明書がありません",
    "capability list follows": "機能の一覧は次のとおりです",
    "UTF-8 from here on": "これ以降は UTF-8 を使用します",
    "UTF-8 mode is on already": "UTF-8 モードはすでに有効です",
    "language listing follows": "言語の一覧は次のとおりです",
    "{tag} the language is English from here on": "{tag} これ以降の言語は日本語です",
    "there is no such language here; LANG lists those that there are":
      "その言語はここにはありません。利用できる言語は LANG で確認できます。",
    // messages
    "messages: {count}, octets: {octets}": "メッセージ：{count} 通、サイズ：{octets} バイト",
    "{octets} octets": "{octets} バイト",
    "top of message follows": "メッセージの先頭部分は次のとおりです",
    "unique-id listing follows": "固有識別子の一覧は次のとおりです",
    "message {number} will be deleted at the end of the session":
      "メッセージ {number} はセッションの終了時に削除されます",
    "message {number} is marked as deleted": "メッセージ {number} は削除対象としてマークされています",
    "there is no such message; messages in this session: {count}":
      "そのメッセージはありません（このセッションのメッセージ：{count} 通）",
    "message {number} needs UTF-8: send UTF8 before the next login":
      "メッセージ {number} には UTF-8 が必要です。次回のログイン前に UTF8 を送信してください。",
    // failures
    "the deletion failed; messages marked as deleted may still be there":
      "削除に失敗しました。削除対象としてマークされたメッセージが残っている可能性があります。",
    "the maildrop is damaged; please tell whoever runs this server":
      "メールボックスが破損しています。このサーバーの管理者にご連絡ください。",
    "this failed here; try again later": "ここで処理に失敗しました。しばらくしてからもう一度お試しください。",
  },
};
