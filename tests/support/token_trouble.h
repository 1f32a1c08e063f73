// Trouble with a token, on order: the test token's module (tests/token) with a control folder of
// its own. What the rules may say is in tests/token/rules.h.
#pragma once

#include <map>
#include <string>

#include "tests/support/temp_folder.h"
#include "tests/token/control.h"

namespace kaspar::test {

class TokenTrouble {
  public:
    /// No trouble yet: every call is counted and forwarded to `real_module`.
    explicit TokenTrouble(std::string real_module = "/usr/lib/softhsm/libsofthsm2.so");

    /// The module to load instead of the real one.
    static std::string module();

    /// What processes that load the module must have in their environment.
    std::map<std::string, std::string> environment() const;

    /// Puts it into this process's environment, for good.
    void use() const;

    /// From now on, in all processes: "C_Sign 3 crash\n…". Counts anew. Wrong rules fail the test.
    void rules(const std::string& text);

    /// Calls of a function ("*": of all) in all processes, since the rules were last given. A
    /// question for the length of an answer is a call, too.
    std::uint64_t calls(const std::string& function);

  private:
    std::string real_module_;
    TempFolder folder_;
    Control control_;
};

}  // namespace kaspar::test
