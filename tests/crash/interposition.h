// Trouble at one call of a program, chosen by its number: the test's side of interposer.cpp.
#pragma once

#include <map>
#include <string>

#include "tests/crash/control.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test::crash {

std::string_view word(Trouble trouble);

class Interposition {
  public:
    Interposition();
    Interposition(const Interposition&) = delete;
    Interposition& operator=(const Interposition&) = delete;
    ~Interposition();

    /// Counts from 0 again, and troubles call number `target`, from 1; every call if that is 0.
    void aim(Trouble trouble, std::uint64_t target);
    void count() { aim(Trouble::none, 0); }

    std::uint64_t calls() const { return control_->calls; }
    bool has_struck() const { return control_->struck > 0; }
    std::string call() const { return control_->call; }

    /// What a program must have in its environment.
    std::map<std::string, std::string> environment() const;

  private:
    TempFolder folder_;
    Control* control_;
};

}  // namespace kaspar::test::crash
