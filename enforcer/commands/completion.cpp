#include "enforcer/commands/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace kaspar::enforcer {

namespace {

/// Options that help does not show are none for people.
bool is_shown(const CLI::Option* option) {
    return !option->get_group().empty();
}

std::vector<std::string> words_after(const CLI::App& command, const CLI::App& program) {
    std::vector<std::string> words;
    for (const CLI::App* next : command.get_subcommands([](const CLI::App*) { return true; }))
        words.push_back(next->get_name());
    for (const CLI::App* from : {&command, &program})
        for (const CLI::Option* option : from->get_options(is_shown))
            for (const std::string& name : option->get_lnames())
                if (std::find(words.begin(), words.end(), "--" + name) == words.end())
                    words.push_back("--" + name);
    return words;
}

void add_cases(const CLI::App& command, const CLI::App& program, const std::string& path,
               std::string& cases) {
    cases += fmt::format("        \"{}\") words=\"{}\" ;;\n", path,
                         fmt::join(words_after(command, program), " "));
    for (const CLI::App* next : command.get_subcommands([](const CLI::App*) { return true; }))
        add_cases(*next, program, path.empty() ? next->get_name() : path + " " + next->get_name(),
                  cases);
}

std::string two_words(const CLI::App& program) {
    std::vector<std::string> nouns;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        if (!command->get_subcommands([](const CLI::App*) { return true; }).empty())
            nouns.push_back(command->get_name());
    return fmt::format("{}", fmt::join(nouns, "|"));
}

/// The commands typed so far are the words that don't begin with '-' and aren't an option's value.
constexpr auto bash_script = R"(_kaspar() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" path="" word skip="" words i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="${{COMP_WORDS[i]}}"
        if [ -n "$skip" ]; then skip=""; continue; fi
        case "$word" in
            --*=*) ;;
            -c|--config|--at) skip=1 ;;
            -*) ;;
            *) case "$path" in
                   "") path="$word" ;;
                   {nouns}) path="$path $word" ;;
               esac ;;
        esac
    done
    case "$path" in
{cases}        *) words="" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    case "$current" in
        -*) ;;
        *) [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current")) ;;
    esac
}}
complete -o filenames -F _kaspar kaspar
)";

}  // namespace

Result<std::string> completion_script(const CLI::App& program, const std::string& shell) {
    if (shell != "bash" && shell != "zsh")
        return Fault{
            FaultClass::usage,
            fmt::format("completion: '{}' is not a shell that is known; say bash or zsh", shell)};
    std::string cases;
    add_cases(program, program, "", cases);
    const std::string script =
        fmt::format(bash_script, fmt::arg("nouns", two_words(program)), fmt::arg("cases", cases));
    // zsh runs bash's completions through its own adapter.
    return shell == "bash" ? script : "autoload -U +X bashcompinit && bashcompinit\n" + script;
}

}  // namespace kaspar::enforcer
