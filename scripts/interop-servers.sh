#!/usr/bin/env bash
# Unpacks the POP3 servers of Debian that the interoperation tests start, each with the libraries it needs into a folder of its own:
# Debian refuses to install two of them side by side (all provide and conflict with `pop3-server`), and a server that is unpacked only
# is never started as a service. It knows nothing of how they are run: that is `packages/pop3/test/interop/servers/`.
#
# usage: scripts/interop-servers.sh [FOLDER]      (else $POSTERN_INTEROP_SERVERS, else /opt/postern-interop)
#
# Needs Debian 12 or a relative of it, and the lists of `apt-get update`; installs nothing, and needs no right but to write to the folder.
# May be run again at any time: what is there in the version at hand is left alone.
set -euo pipefail

folder=${1:-${POSTERN_INTEROP_SERVERS:-/opt/postern-interop}}
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
downloads=$(mktemp -d)
trap 'rm -rf "$downloads"' EXIT

# What maintainers' scripts run, and the mail transport that some servers ask for: none of it is part of a POP3 session.
needless='^(adduser|debconf|dpkg|init-system-helpers|lsb-base|msmtp|msmtp-mta|passwd|perl|perl-base|perl-modules-.*|libperl.*|sensible-utils|tar|ucf|update-inetd|usrmerge)='

# closure PACKAGE...: they and all that they depend on, as on a machine with nothing installed, one `name=version` a line.
closure() {
  apt-get --option Dir::State::status=/dev/null --quiet --simulate --no-install-recommends install "$@" msmtp-mta |
    sed --quiet --regexp-extended 's/^Inst ([^ ]+) \(([^ ]+) .*/\1=\2/p' | grep --extended-regexp --invert-match "$needless" | sort
}

# unpack NAME PACKAGE...
unpack() {
  local name=$1
  shift
  local packages
  packages=$(closure "$@")
  if [ "$(cat "$folder/$name/packages" 2>/dev/null)" = "$packages" ]; then
    echo "$name: unchanged"
    return
  fi
  local new=$folder/.new-$name
  rm -rf "$new"
  mkdir -p "$new"/{etc,var,tmp} "$new"/usr/{bin,lib,lib64,sbin}
  for merged in bin lib lib64 sbin; do ln -s "usr/$merged" "$new/$merged"; done
  (
    cd "$downloads"
    # shellcheck disable=SC2086 # One argument a package.
    apt-get --option APT::Sandbox::User=root --quiet=2 download $packages >&2
    for package in $packages; do
      dpkg-deb --fsys-tarfile "${package%%=*}"_*.deb | tar --extract --keep-directory-symlink --directory "$new"
    done
  )
  rm -rf "$new"/usr/share/{doc,info,lintian,locale,man}
  printf '%s\n' "$packages" >"$new/packages"
  rm -rf "${folder:?}/$name"
  mv "$new" "$folder/$name"
  echo "$name: $(printf '%s\n' "$packages" | grep --extended-regexp "^(${1%%-*}|${1})[^=]*=" | tail -n 1)"
}

unpack courier courier-pop
unpack cyrus cyrus-pop3d libsasl2-modules-db sasl2-bin
unpack dovecot dovecot-pop3d
unpack mailutils mailutils-pop3d
unpack popa3d popa3d
unpack solid-pop3d solid-pop3d
