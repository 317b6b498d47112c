#!/bin/sh
# ResNet4J from a shell: finds Java, builds on first use, sets what libtorch reads before it loads, runs the command.
# RESNET4J_CACHE      where natives and downloads are kept (default: ~/.cache/resnet4j)
# RESNET4J_JAVA_OPTS  further options for Java, such as -Xmx8g
set -eu

fail() {
    printf 'resnet4j: %s\n' "$1" >&2
    exit 1
}

# The folder of this script, also through links.
script=$0
while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in
        /*) script=$target ;;
        *) script=$(dirname "$script")/$target ;;
    esac
done
home=$(cd "$(dirname "$script")" && pwd -P)

# Java: JAVA_HOME, or else the one on the PATH. The file "release" tells the version without starting it.
version_of() {
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$1/release" 2>/dev/null || true)
    [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
    major=${version%%[!0-9]*}
    [ "$major" != 1 ] || major=8 # 1.8.0_452
    major=${major:-0}
}

found=
java_home=
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
    version_of "$JAVA_HOME"
    found=" JAVA_HOME is Java $version, $JAVA_HOME."
    [ "$major" -lt 17 ] || java_home=$JAVA_HOME
fi
if [ -z "$java_home" ] && java=$(command -v java); then
    [ "$(uname -s)" != Darwin ] || [ "$java" != /usr/bin/java ] || java=$(/usr/libexec/java_home -F 2>/dev/null || true)/bin/java
    while [ -L "$java" ]; do
        target=$(readlink "$java")
        case $target in
            /*) java=$target ;;
            *) java=$(dirname "$java")/$target ;;
        esac
    done
    if [ -x "$java" ]; then
        candidate=$(dirname "$(dirname "$java")")
        version_of "$candidate"
        found="$found The Java on the PATH is Java $version, $candidate."
        [ "$major" -lt 17 ] || java_home=$candidate
    fi
fi
[ -n "$java_home" ] || fail "Java 17 or newer is needed.${found:- None was found.} Install a JDK (such as openjdk-17-jdk or Temurin) or set JAVA_HOME."

# Build on first use, and when a source is newer than the last build.
build=$home/resnet4j-cli/target
stamp=$build/launcher.stamp
stale() {
    [ ! -f "$stamp" ] || [ -n "$(find "$home/pom.xml" "$home"/*/pom.xml "$home"/*/src/main -newer "$stamp" 2>/dev/null | head -n 1)" ]
}
if stale; then
    command -v mvn >/dev/null 2>&1 || fail "Apache Maven is needed to build. Install it (apt-get install maven, brew install maven) or put mvn on the PATH."
    [ -x "$java_home/bin/javac" ] || fail "a JDK is needed to build, and $java_home has no compiler. Install one (such as openjdk-17-jdk) or set JAVA_HOME."
    mkdir -p "$build"
    if command -v flock >/dev/null 2>&1; then # one build at a time
        exec 9>"$build/launcher.lock"
        flock 9
    fi
    if stale; then
        if [ -f "$stamp" ]; then why='the sources have changed'; else why='first use; libraries are downloaded if they are not there yet'; fi
        printf 'resnet4j: building (%s) ...\n' "$why" >&2
        log=$build/launcher.log
        rm -rf "$build/lib" "$build"/*.jar
        touch "$stamp.new"
        (cd "$home" && JAVA_HOME=$java_home mvn -q -B -ntp -Dmaven.test.skip=true ${RESNET4J_MAVEN_OPTS:-} -pl :resnet4j-cli -am package) >"$log" 2>&1 </dev/null || {
            grep -m 5 '^\[ERROR\]' "$log" >&2 || tail -n 5 "$log" >&2
            fail "the build failed; all of its output is in $log."
        }
        mv "$stamp.new" "$stamp"
    fi
    exec 9>&-
fi

# The natives unpack to a folder of our own, which nobody else may write: they are code.
cache=${RESNET4J_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/resnet4j}
native=$cache/native
[ -d "$native" ] || (umask 077 && mkdir -p "$native") 2>/dev/null || fail "the cache folder $native cannot be made. Set RESNET4J_CACHE to a folder that you own."
[ -n "$(find -H "$native" -prune -user "$(id -u)" ! -perm -020 ! -perm -002 2>/dev/null)" ] ||
    fail "$native belongs to another user or can be written by others. Set RESNET4J_CACHE to a folder that you own, or chmod 700 it."

# libtorch reads these when it loads. OpenMP threads that spin while they wait slow everything else down.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-0}"
previous=
for argument; do
    case $previous/$argument in
        --threads/*[!0-9]* | --threads/) ;; # the command says what is wrong
        --threads/*) export OMP_NUM_THREADS="$argument" ;;
        */--threads=*[!0-9]* | */--threads=) ;;
        */--threads=*) export OMP_NUM_THREADS="${argument#--threads=}" ;;
    esac
    previous=$argument
done

set -- -cp "$build/*:$build/lib/*" resnet4j.cli.Main "$@"
if [ -t 2 ]; then
    columns=$( (stty size <&2) 2>/dev/null | cut -d ' ' -f 2)
    [ "${columns:-0}" -gt 0 ] || columns=80
    set -- "-Dresnet4j.columns=$columns" "$@"
fi
[ "$major" -lt 24 ] || set -- --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$@"
case ${RESNET4J_JAVA_OPTS:-} in
    *-XX:+Use*GC*) ;; # Java takes one choice of collector
    *) set -- -XX:+UseParallelGC "$@" ;;
esac
# maxBytes=0: scopes free native memory; JavaCPP's own limit would only call the garbage collector.
# shellcheck disable=SC2086 # options are separated by spaces
exec "$java_home/bin/java" -Xshare:auto -Dorg.bytedeco.javacpp.maxBytes=0 \
    "-Dorg.bytedeco.javacpp.cachedir=$native" ${RESNET4J_JAVA_OPTS:-} "$@"
