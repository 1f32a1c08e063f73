#include "common/manual/manual_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/formats/kind.h"

namespace kaspar {

namespace {

constexpr std::string_view exit_status = R"(0: done.

1: it failed, or something needs a person.

2: the command line is wrong.)";

constexpr std::string_view environment =
    R"(KASPAR_CONFIG: the configuration, if -c does not name it.

NO_COLOR: no colours, if it is set.)";

/// Text that roff takes for nothing else: its backslash, hyphens that are to be copied, and what
/// would be a request at the beginning of a line.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    if (!out.empty() && (out.front() == '.' || out.front() == '\''))
        out.insert(0, "\\&");
    return out;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
    return text;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string paragraphs(std::string_view text) {
    std::string out;
    bool verbatim = false;
    for (const std::string& line : lines_of(text)) {
        const bool is_verbatim = line.starts_with("  ");
        if (is_verbatim != verbatim)
            out += is_verbatim ? ".PP\n.RS 4\n.nf\n" : ".fi\n.RE\n";
        verbatim = is_verbatim;
        out += line.empty()  ? ".PP\n"
               : is_verbatim ? escaped(line.substr(2)) + "\n"
                             : escaped(line) + "\n";
    }
    return out + (verbatim ? ".fi\n.RE\n" : "");
}

std::string section(std::string_view title, std::string_view text) {
    return text.empty() ? "" : fmt::format(".SH {}\n{}", title, paragraphs(text));
}

std::string head(const ManualPage& page) {
    return fmt::format(".TH {} {} \"\" \"Kaspar {}\" \"Kaspar\"\n.SH NAME\n{} \\- {}\n",
                       upper(escaped(page.name)), page.section, KASPAR_VERSION, escaped(page.name),
                       escaped(page.what));
}

/// "-c, --config FILE", "NAME", with the names in bold.
std::string usage_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames())
        names.push_back("\\fB\\-" + escaped(name) + "\\fR");
    for (const std::string& name : option.get_lnames())
        names.push_back("\\fB\\-\\-" + escaped(name) + "\\fR");
    if (names.empty())
        return "\\fI" + escaped(option.get_name()) + "\\fR";
    std::string usage = fmt::format("{}", fmt::join(names, ", "));
    if (option.get_expected_max() > 0) {
        const auto kind = option.get_type_name().substr(0, option.get_type_name().find(':'));
        usage += " \\fI" + escaped(kind.empty() ? "VALUE" : kind) + "\\fR";
    }
    return usage;
}

std::string told(const CLI::Option& option) {
    std::string words = escaped(option.get_description());
    if (!option.get_default_str().empty())
        words += " (default: " + escaped(option.get_default_str()) + ")";
    if (option.get_required() && option.nonpositional())
        words += " (required)";
    return fmt::format(".TP\n{}\n{}\n", usage_of(option), words);
}

/// Hidden ones, and --help, which every command has, are left out of commands.
std::vector<const CLI::Option*> options_of(const CLI::App& command, bool with_help) {
    return command.get_options([&](const CLI::Option* option) {
        return !option->get_group().empty() && (with_help || !option->check_lname("help"));
    });
}

std::string commands_of(const CLI::App& program, const std::string& path) {
    std::string out;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string name =
            path.empty() ? command->get_name() : path + " " + command->get_name();
        if (!command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
            out += commands_of(*command, name);
            continue;
        }
        std::string usage = "\\fB" + escaped(name) + "\\fR", details;
        for (const CLI::Option* option : options_of(*command, false)) {
            usage +=
                option->get_required() ? " " + usage_of(*option) : " [" + usage_of(*option) + "]";
            details += told(*option);
        }
        out +=
            fmt::format(".SS \"{}\"\n{}.\n{}", escaped(name), escaped(command->get_description()),
                        fmt::format(".PP\n{}\n{}", usage, details));
    }
    return out;
}

}  // namespace

std::string manual_page(const ManualPage& page, const CLI::App& program) {
    std::string options;
    for (const CLI::Option* option : options_of(program, true))
        options += told(*option);
    return head(page) +
           fmt::format(".SH SYNOPSIS\n\\fB{}\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR …\n",
                       escaped(page.name)) +
           section("DESCRIPTION", page.description) +
           ".SH OPTIONS\nAccepted before and after every command.\n" + options + ".SH COMMANDS\n" +
           commands_of(program, "") + section("EXIT STATUS", exit_status) +
           section("ENVIRONMENT", environment) + section("FILES", page.files) +
           section("SEE ALSO", page.see_also);
}

std::string manual_page(const ManualPage& page, const std::vector<fields::Described>& fields) {
    std::string out = head(page) + section("DESCRIPTION", page.description) + ".SH FIELDS\n";
    for (const auto& field : fields) {
        const std::string fallback =
            field.fallback.empty() ? "" : "; default: " + escaped(field.fallback);
        out += fmt::format(".TP\n\\fB{}\\fR\n{}{}.\n{}\n", escaped(field.path), escaped(field.kind),
                           fallback, escaped(field.meaning));
        if (!field.reason.empty())
            out += fmt::format("\\fI{}\\fR\n", escaped(field.reason));
    }
    return out + section("FILES", page.files) + section("SEE ALSO", page.see_also);
}

void add_manual_option(CLI::App& program,
                       std::map<std::string, std::function<std::string()>> pages) {
    std::vector<std::string> names;
    for (const auto& [name, _] : pages)
        names.push_back(name);
    program
        .add_option_function<std::string>(
            "--man",
            [pages = std::move(pages)](const std::string& name) {
                const std::string text = pages.at(name)();
                std::fwrite(text.data(), 1, text.size(), stdout);
                throw CLI::Success();
            },
            "print a manual page, for man(1)")
        ->check(CLI::IsMember(names))
        ->group("");
}

}  // namespace kaspar
