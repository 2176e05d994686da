export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What each shell loads. All of them ask `git-exp completion words -- WORDS…` for the candidates. */
export const completionScripts: Record<Shell, string> = {
  bash: `# Completion of git exp. In ~/.bashrc: eval "$(git exp completion bash)"
__git_exp_reply() {
	local one
	COMPREPLY=()
	while IFS= read -r one; do COMPREPLY+=("$one"); done < <(git-exp completion words -- "$@" 2>/dev/null)
	case \${#COMPREPLY[@]}\${COMPREPLY[0]-} in
	1*=) compopt -o nospace 2>/dev/null ;;
	*) compopt +o nospace 2>/dev/null ;;
	esac
	return 0
}
# Git's own completion calls this one, with its own words and cword.
_git_exp() {
	local at=1
	while [ "$at" -lt "$cword" ] && [ "\${words[at]}" != exp ]; do at=$((at + 1)); done
	__git_exp_reply "\${words[@]:at+1:cword-at}"
}
__git_exp_alone() {
	__git_exp_reply "\${COMP_WORDS[@]:1:COMP_CWORD}"
}
complete -o bashdefault -o default -F __git_exp_alone git-exp
`,
  zsh: `#compdef git-exp
# Completion of git exp. In ~/.zshrc, after compinit: eval "$(git exp completion zsh)"
# Git's own completion calls this one too, with exp as the first word.
_git-exp() {
	local -a found open
	found=("\${(@f)$(git-exp completion words -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
	found=(\${found:#})
	if (( ! \${#found} )); then
		_files
		return
	fi
	open=(\${(M)found:#*=})
	found=(\${found:#*=})
	(( \${#open} )) && compadd -S '' -a open
	(( \${#found} )) && compadd -a found
	return 0
}
zstyle ':completion:*:*:git:*' user-commands exp:'queue and run experiments'
compdef _git-exp git-exp
`,
  fish: `# Completion of git exp. In ~/.config/fish/config.fish: git exp completion fish | source
function __git_exp_words
	set -l typed (commandline -opc)
	set -l current (commandline -ct)
	test -n "$current"; or set current ''
	set -l at 1
	string match -q '*git-exp' -- $typed[1]; or set at (contains -i -- exp $typed); or return
	set -e typed[1..$at]
	git-exp completion words -- $typed $current 2>/dev/null
end
function __git_exp_is_ours
	not contains -- -- (commandline -opc)
end
complete -c git-exp -n __git_exp_is_ours -f -a '(__git_exp_words)'
complete -c git -n '__fish_seen_subcommand_from exp; and __git_exp_is_ours' -f -a '(__git_exp_words)'
complete -c git -n 'test (count (commandline -opc)) -eq 1' -f -a exp -d 'queue and run experiments'
`,
}
