// Manual pages (man(7)), made from what the programs know of themselves, so that they cannot say
// something else: the command line's own tree, and the field tables of the files that people write.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kaspar::fields {
struct Described;
}

namespace kaspar {

/// What the tables don't tell.
struct ManualPage {
    std::string name;
    unsigned section;
    std::string what;  ///< in one line
    /// In paragraphs, which blank lines part. Lines that begin with two blanks stand as they are.
    std::string description;
    std::string files, see_also;
};

/// The page of a program: every command with its options.
std::string manual_page(const ManualPage& page, const CLI::App& program);

/// The page of a file format: every field.
std::string manual_page(const ManualPage& page, const std::vector<fields::Described>& fields);

/// Adds the hidden option --man PAGE, which prints one of these pages; for the build.
void add_manual_option(CLI::App& program,
                       std::map<std::string, std::function<std::string()>> pages);

}  // namespace kaspar
