# The system's packages, for setup.sh and its parts, which source this from the project's folder.

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null || true) == installed ]]
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# install_packages NAME...: those packages.
install_packages() {
  local log=.toolkit/apt.log
  mkdir -p .toolkit
  echo "setup: installing $*"
  if ((EUID != 0)) && ! command -v sudo > /dev/null; then
    echo "setup.sh: not root, and there is no sudo; run as root: apt-get install $*" >&2
    return 1
  fi
  local options=(-y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  # A failed update may still leave lists that are good enough.
  as_root apt-get "${options[@]}" update > "$log" 2>&1 || true
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install \
    --no-install-recommends "$@" >> "$log" 2>&1; then
    echo "setup.sh: apt-get could not install: $*" >&2
    echo "  $(grep -m 1 '^E: ' "$log" || tail -n 1 "$log")" >&2
    echo "  the whole of it: $log" >&2
    return 1
  fi
}
