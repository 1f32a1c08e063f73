// Shell completion, made from the command line's own tree, so that it cannot fall behind it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "common/values/result.h"

namespace kaspar::enforcer {

/// The script for "bash" or "zsh" that completes commands and options. Fault: usage.
Result<std::string> completion_script(const CLI::App& program, const std::string& shell);

}  // namespace kaspar::enforcer
