// Runs another program to its end, as a shell would, but without one.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace kaspar::test {

struct Command {
    std::vector<std::string> arguments;                   ///< the program first, found along $PATH
    std::map<std::string, std::string> environment = {};  ///< added to ours
    std::string input = {};                               ///< its standard input
};

struct CommandResult {
    int status;  ///< exit status; 128 + signal if a signal ended it; 127 if it could not be started
    std::string output;  ///< its standard output
    std::string errors;  ///< its standard error
};

CommandResult run(const Command& command);

/// True if $PATH has a program of that name.
bool has_program(const std::string& name);

}  // namespace kaspar::test
