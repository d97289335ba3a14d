#!/bin/sh
# Run a command in the surroundings of a pod with the service account whose token and ca.crt are in a folder:
#   in_cluster.sh FOLDER HOST PORT COMMAND…
# Nothing of it is seen outside the command.
set -eu
if [ "$(id -u)" = 0 ] && [ -z "${ACCOUNT:-}" ]; then
  ACCOUNT=$1 exec unshare --mount "$0" "$@"
elif [ -z "${ACCOUNT:-}" ]; then
  ACCOUNT=$1 exec unshare --mount --user --map-root-user "$0" "$@"
fi
mount -t tmpfs none /run
mkdir -p /run/secrets/kubernetes.io/serviceaccount
cp "$1"/* /run/secrets/kubernetes.io/serviceaccount/
unset KUBECONFIG ACCOUNT
export KUBERNETES_SERVICE_HOST="$2" KUBERNETES_SERVICE_PORT="$3" HOME=/run
shift 3
exec "$@"
