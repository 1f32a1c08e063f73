# Breaks the code on purpose, in a copy of the tree. Sourced by tools/mutants and tools/promises, from
# the repository's root.
#
# A table of breaks says for each "@ name | file | what it breaks", then the exact old text on lines
# that begin with "- ", which must occur once, and the new text on lines that begin with "+ ".

tree=build-breaks # and its build in build-breaks/build
log=$tree/log.txt # of what was run last

names=()
section= # of the table, to which breaks belong: set by whoever knows of sections
declare -A file_of words_of old_of new_of section_of

read_break_line() { # line; fails if it is none
    case $1 in
        '@ '*)
            local file words
            IFS='|' read -r name file words <<<"${1#@ }"
            name=${name// /}
            names+=("$name")
            file_of[$name]=${file// /} words_of[$name]=${words# } section_of[$name]=$section
            old_of[$name]='' new_of[$name]=''
            ;;
        '- '*) old_of[$name]+=${1#- }$'\n' ;;
        '+ '*) new_of[$name]+=${1#+ }$'\n' ;;
        '' | '#'*) ;;
        *) return 1 ;;
    esac
}

# Lines that say nothing of breaks are for the function named, if there is one.
read_breaks() { # table [function]
    local line name=
    while IFS= read -r line; do
        read_break_line "$line" || { [[ $# == 2 ]] && "$2" "$line"; } ||
            { echo "$1: cannot read: $line" >&2; exit 1; }
    done <"$1"
}

# Prints the file with the break in it; fails if its old text is not there exactly once.
broken_text() { # name
    local file=${file_of[$1]} old=${old_of[$1]%$'\n'} new=${new_of[$1]%$'\n'} text rest
    [[ -n $old && -f $file ]] || return 1
    text=$(<"$file")
    rest=${text/"$old"/}
    [[ $rest != "$text" && ${rest/"$old"/} == "$rest" ]] || return 1
    printf '%s\n' "${text/"$old"/"$new"}"
}

# Every text must fit before anything is built.
check_breaks() { # table name…
    local table=$1 name unfit=0
    for name in "${@:2}"; do
        [[ -n ${file_of[$name]:-} ]] || { echo "$table: no break '$name'" >&2; exit 2; }
        broken_text "$name" >/dev/null && continue
        echo "$table: $name: its old text is not in ${file_of[$name]} exactly once" >&2
        unfit=1
    done
    return $unfit
}

# Runs a command in the copy; where that is allowed, with the copy shown in the repository's place,
# so that ccache knows most of it from other builds.
in_tree() {
    if unshare --mount true 2>/dev/null; then
        unshare --mount bash -c 'mount --bind "$0" "$PWD" && cd "$PWD" && exec "$@"' "$tree" "$@"
    else
        (cd "$tree" && exec "$@")
    fi
}

# Copies what git knows, or would if it were added. What is unchanged keeps its time; what differs
# gets that of now: an object may have been built from the broken text since. Warnings are not what
# is to catch a break, and make no difference to ccache.
copy_tree() {
    local file
    mkdir -p "$tree"
    while IFS= read -r -d '' file; do [[ -e $file ]] || rm "$tree/$file"; done < <(
        cd "$tree" && find . -path ./build -prune -o -type f -print0)
    while IFS= read -r -d '' file; do
        [[ ! -e $file ]] || cmp -s "$file" "$tree/$file" || cp --parents "$file" "$tree"
    done < <(git ls-files -z --cached --others --exclude-standard)
    export CCACHE_IGNOREOPTIONS=-w
    in_tree cmake -S . -B build -G Ninja -DKASPAR_SANITIZE=OFF -DCMAKE_CXX_FLAGS=-w >"$log" ||
        { cat "$log"; exit 1; }
}

compile() { in_tree ninja -C build --quiet "$@" >"$log" 2>&1; } # target…

broken= # the break that is in; it does not stay there, whatever ends us
trap '[[ -z $broken ]] || take_out "$broken"' EXIT

put_in() { # name
    broken=$1
    broken_text "$1" >"$tree/${file_of[$1]}"
}

take_out() { # name
    cp "${file_of[$1]}" "$tree/${file_of[$1]}"
    broken=
}

# After a build that failed: a break may be caught by the compiler.
caught_by_compiler() {
    if grep -q 'static assertion failed' "$log"; then
        echo "static_assert"
    else
        echo "does not compile:" >&2
        grep -m3 error "$log" >&2 || tail -n3 "$log" >&2
    fi
}

break_row() { printf '%-26s %-62s %-70s %4s s\n' "$@"; } # name words caught seconds
