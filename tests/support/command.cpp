#include "tests/support/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "common/values/result.h"
#include "tests/support/catch.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every unistd.h

namespace kaspar::test {
namespace {

/// A nameless temporary file: a program can fill it to any size and nobody need read meanwhile.
class Spool {
  public:
    Spool() : file_(std::tmpfile()) { require(file_ != nullptr, "a temporary file can be made"); }

    int descriptor() const { return ::fileno(file_.get()); }

    void fill(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), file_.get());
        std::rewind(file_.get());
    }

    std::string content() {
        std::rewind(file_.get());
        std::string text;
        char block[4096];
        while (const auto size = std::fread(block, 1, sizeof block, file_.get()))
            text.append(block, size);
        return text;
    }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> lines;
    for (char** line = environ; *line != nullptr; ++line) {
        const std::string text(*line);
        if (!added.contains(text.substr(0, text.find('='))))
            lines.push_back(text);
    }
    for (const auto& [name, value] : added)
        lines.push_back(name + "=" + value);
    return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

int exit_status(pid_t process) {
    int status = 0;
    require(::waitpid(process, &status, 0) == process, "a started program can be waited for");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

CommandResult run(const Command& command) {
    Spool input, output, errors;
    input.fill(command.input);
    auto arguments = command.arguments;
    auto environment = environment_with(command.environment);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input.descriptor(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output.descriptor(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), STDERR_FILENO);
    pid_t process = 0;
    const int failed = ::posix_spawnp(&process, arguments.at(0).c_str(), &actions, nullptr,
                                      pointers(arguments).data(), pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return {127, "", "cannot start " + arguments[0]};
    const int status = exit_status(process);
    return {status, output.content(), errors.content()};
}

bool has_program(const std::string& name) {
    return run({.arguments = {"sh", "-c", "command -v \"$1\"", "sh", name}}).status == 0;
}

void expect(const CommandResult& result, int status) {
    INFO(result.output << result.errors);
    REQUIRE(result.status == status);
}

bool says(const CommandResult& result, const std::string& words) {
    INFO(result.output << result.errors);
    return (result.output + result.errors).find(words) != std::string::npos;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace kaspar::test
