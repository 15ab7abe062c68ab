#!/usr/bin/env bash
# without_aslr.sh program argument...: runs it at fixed addresses, as this ThreadSanitizer needs where
# the kernel spreads addresses widely; as it is in a container that forbids that.
if setarch -R true 2> /dev/null; then exec setarch -R "$@"; fi
exec "$@"
