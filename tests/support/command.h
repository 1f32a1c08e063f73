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

/// Fails the test, showing what the program said, unless it ended with this exit status.
void expect(const CommandResult& result, int status = 0);

/// True if these words are in what the program said, on either stream.
bool says(const CommandResult& result, const std::string& words);

bool has(const std::string& text, const std::string& part);

/// True if $PATH has a program of that name.
bool has_program(const std::string& name);

}  // namespace kaspar::test
