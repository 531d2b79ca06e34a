// Simplified Chinese: 邮箱, 登录, 会话, 邮件, 认证机制; 请 with what the reader is asked to do. No 。 at the end of a text.
// Between Latin letters or digits and Chinese stands a space. Knows no command; keywords stay as they are.
import type { Language } from "../contracts/language.js";

export const zhHans: Language = {
  tag: "zh-Hans",
  selfName: "简体中文",
  sentences: {
    // greeting and end
    "POP3 server ready": "POP3 服务器已就绪",
    "POP3 server ready {announced}": "POP3 服务器已就绪 {announced}",
    bye: "再见",
    "the server is stopping; nothing was deleted": "服务器正在停止，没有删除任何内容",
    "the session has ended": "会话已结束",
    "too many connections; try again later": "连接过多，请稍后再试",
    "the server is stopping; try again later": "服务器正在停止，请稍后再试",
    "this port begins in the clear; TLS begins with STLS here, or on the TLS port":
      "此端口的连接以明文开始；请用 STLS 启动 TLS，或使用 TLS 端口",
    // command lines
    "a command holds no control characters": "命令不能包含控制字符",
    "a command holds printable ASCII characters only": "命令只能包含可打印的 ASCII 字符",
    "a command begins with a keyword of three or four characters": "命令须以三个或四个字符的关键字开头",
    "a command does not end in a space": "命令不能以空格结尾",
    "a command line is limited to {octets} octets": "命令行不能超过 {octets} 字节",
    "a line goes on without end": "有一行始终没有结束",
    "this command is not known here": "此处不支持这个命令",
    "{keyword} is not valid in the {state} state: log in first": "{keyword} 在 {state} 状态下无效：请先登录",
    "{keyword} is not valid in the {state} state: a session has one login":
      "{keyword} 在 {state} 状态下无效：每个会话只能登录一次",
    "{keyword} is not available in this session": "{keyword} 在此会话中不可用",
    "{problem}: {usage}": "{problem}：{usage}",
    // parameters
    "no parameters are expected": "不接受参数",
    "a message number is expected": "需要邮件编号",
    "a message number is a decimal number from 1 up": "邮件编号是不小于 1 的十进制整数",
    "a message number and a count of lines are expected": "需要邮件编号和行数",
    "a count of lines is a decimal number from 0 up": "行数是不小于 0 的十进制整数",
    "a name is expected": "需要用户名",
    "a name holds no spaces": "用户名不能包含空格",
    "a password is expected": "需要密码",
    "a name and a digest of 32 hexadecimal digits in lower case are expected":
      "需要用户名和由 32 个小写十六进制数字组成的摘要",
    "the name of a mechanism is expected": "需要认证机制的名称",
    "the name of a mechanism and at most one initial response are expected": "需要认证机制的名称，以及至多一个初始响应",
    "an initial response is Base64, or = where it is empty": "初始响应须为 Base64 编码，为空时用 =",
    "a language is a tag such as en or pt-BR, or * for the server's choice":
      "语言用 en 或 pt-BR 这样的标签表示，用 * 表示由服务器选择",
    // login
    "the password is expected next": "接下来请发送密码",
    "PASS comes immediately after a successful USER": "PASS 必须紧跟在成功的 USER 之后",
    "the name or the password is wrong": "用户名或密码错误",
    "the login failed": "登录失败",
    "the login could not be checked; try again later": "无法验证登录，请稍后再试",
    "the login was cancelled": "登录已取消",
    "this mechanism is not offered here; CAPA lists those that are": "此处不提供该机制；可用的机制由 CAPA 列出",
    "the answer is not Base64": "响应不是 Base64 编码",
    "the answer is longer than {octets} octets": "响应超过 {octets} 字节",
    "the exchange does not follow the rules of {mechanism}": "交互过程不符合 {mechanism} 的规则",
    "this name or password holds characters that may not be used": "用户名或密码包含不允许使用的字符",
    "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port":
      "不接受明文密码：请先用 STLS 启动 TLS，或使用 TLS 端口",
    "a password is not accepted in the clear: use the TLS port": "不接受明文密码：请使用 TLS 端口",
    "no password is accepted here: log in with AUTH": "此处不接受密码：请用 AUTH 登录",
    "no mechanism is offered on this connection": "此连接上没有可用的认证机制",
    "no account here has a secret for APOP": "此处没有账户设有 APOP 密钥",
    "the last login was a moment ago; try again in {seconds} seconds": "距上次登录时间太短，请在 {seconds} 秒后再试",
    "the maildrop is open in another session; try again when that one has ended":
      "邮箱已在另一个会话中打开，请待该会话结束后再试",
    "the maildrop cannot be opened now; try again later": "邮箱暂时无法打开，请稍后再试",
    "the maildrop cannot be opened; please tell whoever runs this server": "邮箱无法打开，请联系此服务器的管理员",
    "the maildrop is open; messages: {count}, octets: {octets}": "邮箱已打开；邮件：{count} 封，大小：{octets} 字节",
    // TLS, capabilities, languages
    "begin TLS negotiation": "请开始 TLS 协商",
    "TLS is active already": "TLS 已经启用",
    "TLS does not begin after UTF8": "UTF8 之后不能再启动 TLS",
    "this server has no certificate to start TLS with": "此服务器没有可用于 TLS 的证书",
    "capability list follows": "功能列表如下",
    "UTF-8 from here on": "从现在起使用 UTF-8",
    "UTF-8 mode is on already": "UTF-8 模式已经开启",
    "language listing follows": "语言列表如下",
    "{tag} the language is English from here on": "{tag} 从现在起，语言为简体中文",
    "there is no such language here; LANG lists those that there are": "此处没有这种语言，可用 LANG 查看现有的语言",
    // messages
    "messages: {count}, octets: {octets}": "邮件：{count} 封，大小：{octets} 字节",
    "{octets} octets": "{octets} 字节",
    "top of message follows": "邮件开头部分如下",
    "unique-id listing follows": "唯一标识列表如下",
    "message {number} will be deleted at the end of the session": "邮件 {number} 将在会话结束时删除",
    "message {number} is marked as deleted": "邮件 {number} 已标记为删除",
    "there is no such message; messages in this session: {count}": "没有这封邮件；此会话中的邮件：{count} 封",
    "message {number} needs UTF-8: send UTF8 before the next login":
      "邮件 {number} 需要 UTF-8：请在下次登录前发送 UTF8",
    // failures
    "the deletion failed; messages marked as deleted may still be there": "删除失败，标记为删除的邮件可能仍然存在",
    "the maildrop is damaged; please tell whoever runs this server": "邮箱已损坏，请联系此服务器的管理员",
    "this failed here; try again later": "此处操作失败，请稍后再试",
  },
};
