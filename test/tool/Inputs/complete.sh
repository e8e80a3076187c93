# complete.sh SCRIPT WORD...: prints what the script offers for the last word.
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_runnel
printf '%s\n' "${COMPREPLY[@]}"
